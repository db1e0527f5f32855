package mail

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"
	"text/template"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/portal/jobs"
)

// A Message is a letter ready to be sent.
type Message struct {
	ID      string // of its job: the same letter sent twice has one Message-ID
	To      string
	Subject string
	Text    string
	Date    time.Time
}

// A Sender hands a message over. It returns nil when somebody else has taken
// the responsibility for it.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// A Postman renders queued letters and sends them. All fields are set before
// use.
type Postman struct {
	DB     dbx.DB
	Now    clock.Clock
	Sender Sender
	// Codes return the code in a letter by the id of its job; a letter that is not
	// here has none.
	Codes map[Letter]func(jobID string) string
	// Portal is the name of the portal in the text.
	Portal string
}

//go:embed letters/*.txt
var letterFiles embed.FS

var letterTexts = sync.OnceValues(func() (*template.Template, error) {
	t := template.New("").Option("missingkey=error")
	files, err := fs.Glob(letterFiles, "letters/*.txt")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		raw, err := letterFiles.ReadFile(f)
		if err != nil {
			return nil, err
		}
		name := strings.TrimSuffix(path.Base(f), ".txt")
		if _, err := t.New(name).Parse(string(raw)); err != nil {
			return nil, fmt.Errorf("mail: %s: %w", name, err)
		}
	}
	return t, nil
})

// A page is what a letter's text may name.
type page struct {
	Note
	Portal     string
	Code, Link string
	State      string // Status in words
}

// Handle is the handler of JobKind. A letter whose reason is gone by the time
// it is sent is not sent: an activated cabinet needs no code.
func (p *Postman) Handle(ctx context.Context, j jobs.Job) error {
	var n Note
	if err := json.Unmarshal([]byte(j.Payload), &n); err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	if n.Letter == Nobody {
		return nil
	}
	var to, language, state string
	var wanted bool
	err := p.DB.Read(ctx, func(tx dbx.Tx) error {
		var err error
		wanted, err = dbx.Found(ctx, tx, `SELECT email, language, state FROM account WHERE account_id = ? AND email <> ''`,
			[]any{j.AccountID}, &to, &language, &state)
		return err
	})
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	if !wanted || n.Letter == Activation && state != string(akno.AccountPending) {
		return nil
	}
	m, err := p.render(n, language, j.ID)
	if err != nil {
		return err
	}
	m.To, m.ID, m.Date = to, j.ID, p.Now()
	return p.Sender.Send(ctx, m)
}

// render writes a letter in the language of the account; letters are written in
// the two languages of the state, and in Russian for who chose another one.
func (p *Postman) render(n Note, language, jobID string) (Message, error) {
	texts, err := letterTexts()
	if err != nil {
		return Message{}, err
	}
	if language != string(akno.Belarusian) {
		language = string(akno.Russian)
	}
	pg := page{Note: n, Portal: p.Portal}
	if code := p.Codes[n.Letter]; code != nil {
		pg.Code = code(jobID)
	}
	if n.Letter == Activation {
		pg.Link = "akno://activate?code=" + strings.ReplaceAll(pg.Code, "-", "")
	}
	if n.Status != "" {
		pg.State = statusWord(language, n.Status)
	}
	var b strings.Builder
	if err := texts.ExecuteTemplate(&b, string(n.Letter)+"."+language, pg); err != nil {
		return Message{}, fmt.Errorf("mail: %w", err)
	}
	subject, text, ok := strings.Cut(b.String(), "\n\n")
	if !ok || strings.Contains(subject, "\n") {
		return Message{}, fmt.Errorf("mail: letter %s has no subject", n.Letter)
	}
	return Message{Subject: subject, Text: strings.TrimRight(text, "\n") + "\n"}, nil
}

// statusWords are the words of the states that a letter may tell about.
var statusWords = map[akno.Status][2]string{ // ru, be
	akno.AwaitingPayment:        {"ожидает оплаты", "чакае аплаты"},
	akno.PaymentSubmitted:       {"квитанция приложена", "квітанцыя прыкладзена"},
	akno.PaymentRejected:        {"оплата не подтверждена", "аплата не пацверджана"},
	akno.Submitted:              {"подано", "пададзена"},
	akno.RegisteredStatus:       {"зарегистрировано", "зарэгістравана"},
	akno.InReview:               {"на рассмотрении", "на разглядзе"},
	akno.AgencyRequest:          {"запрошены сведения у другого органа", "запытаны звесткі ў іншага органа"},
	akno.Clarification:          {"запрошено уточнение", "запытана ўдакладненне"},
	akno.Granted:                {"принято решение об осуществлении процедуры", "прынята рашэнне аб ажыццяўленні працэдуры"},
	akno.Refused:                {"отказано в осуществлении процедуры", "адмоўлена ў ажыццяўленні працэдуры"},
	akno.AcceptanceRefused:      {"отказано в принятии заявления", "адмоўлена ў прыняцці заявы"},
	akno.Delivered:              {"решение получено", "рашэнне атрымана"},
	akno.AcceptanceRefusedFinal: {"отказ в принятии получен", "адмова ў прыняцці атрымана"},
	akno.Withdrawn:              {"отозвано", "адклікана"},
	akno.Cancelled:              {"аннулировано: не оплачено", "анулявана: не аплачана"},
	akno.Archived:               {"завершено", "завершана"},
}

func statusWord(language, status string) string {
	w, ok := statusWords[akno.Status(status)]
	switch {
	case !ok:
		return status
	case language == string(akno.Belarusian):
		return w[1]
	}
	return w[0]
}
