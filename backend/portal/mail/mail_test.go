package mail

import (
	"context"
	"encoding/json"
	"io"
	"mime"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/clock"
	"akno/backend/internal/dbx"
	"akno/backend/internal/testkit/testdb"
	"akno/backend/portal/jobs"
	"akno/backend/portal/store"

	"github.com/emersion/go-smtp"
)

var at = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// kept is a Sender that keeps what it was given.
type kept struct{ all []Message }

func (k *kept) Send(_ context.Context, m Message) error { k.all = append(k.all, m); return nil }

func postman(t *testing.T, state, language string) (*Postman, *kept) {
	t.Helper()
	db, err := store.Open(t.Context(), testdb.Address(t), clock.Fixed(at))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	err = db.Write(t.Context(), func(tx dbx.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO account(account_id, state, max_level, roles, language, email, created_at, version)
			VALUES('a', ?, 'open', 'citizen', ?, 'anna@example.by', 0, 1)`, state, language)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	k := &kept{}
	return &Postman{
		DB: db, Now: clock.Fixed(at), Sender: k, Codes: map[Letter]func(string) string{
			Activation:    func(job string) string { return "ABCDE-" + job },
			ClaimCode:     func(string) string { return "1234 5678" },
			PasswordReset: func(job string) string { return "VWXYZ-" + job },
		}, Portal: "Демонстрационный портал",
	}, k
}

func job(t *testing.T, n Note) jobs.Job {
	t.Helper()
	payload, err := json.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	return jobs.Job{ID: "j1", Attempt: 1, Job: store.Job{AccountID: "a", Kind: JobKind, Payload: string(payload)}}
}

func TestEveryLetterIsWrittenInBothLanguages(t *testing.T) {
	for _, lang := range []string{"ru", "be", "en"} {
		p, _ := postman(t, "email_pending", lang)
		for _, l := range []Letter{Activation, AlreadyRegistered, Guessing, PasswordClosed, IdentifierIssued, ClaimCode, PasswordReset, OrderPaid, StatusChanged, QuestionAsked, Decided} {
			m, err := p.render(Note{Letter: l, Number: "17-2026", Procedure: "1.1.5", Order: strings.Repeat("1", 30), Amount: "45.00", Status: "granted", Due: "2026-12-01"}, lang, "j1")
			if err != nil {
				t.Errorf("%s %s: %v", l, lang, err)
				continue
			}
			if m.Subject == "" || len([]rune(m.Subject)) > 120 || !strings.Contains(m.Text, p.Portal) || strings.Contains(m.Subject+m.Text, "<no value>") {
				t.Errorf("%s %s: %q\n%s", l, lang, m.Subject, m.Text)
			}
			if belarusian := strings.ContainsAny(m.Text, "ўі"); belarusian != (lang == "be") {
				t.Errorf("%s in %s is in another language:\n%s", l, lang, m.Text)
			}
		}
	}
}

func TestEveryStatusOfThePortalHasItsWords(t *testing.T) {
	for _, s := range akno.Statuses() {
		if w := statusWords[s]; !s.OnDevice() && (w[0] == "" || w[1] == "") {
			t.Errorf("%s has no words", s)
		}
	}
}

func TestTheActivationLetterHoldsTheCodeAndALink(t *testing.T) {
	p, k := postman(t, "email_pending", "ru")
	if err := p.Handle(t.Context(), job(t, Note{Letter: Activation})); err != nil {
		t.Fatal(err)
	}
	if len(k.all) != 1 || k.all[0].To != "anna@example.by" || !strings.Contains(k.all[0].Text, "ABCDE-j1") ||
		!strings.Contains(k.all[0].Text, "akno://activate?code=ABCDEj1\n") {
		t.Errorf("%+v", k.all)
	}
}

func TestALetterWithoutAReasonIsNotSent(t *testing.T) {
	p, k := postman(t, "active", "ru")
	for _, n := range []Note{{Letter: Activation}, {Letter: Nobody}} {
		if err := p.Handle(t.Context(), job(t, n)); err != nil {
			t.Error(err)
		}
	}
	stranger := job(t, Note{Letter: Decided})
	stranger.AccountID = "guest:1"
	if err := p.Handle(t.Context(), stranger); err != nil {
		t.Error(err)
	}
	if len(k.all) != 0 {
		t.Errorf("sent %+v", k.all)
	}
}

var letter = Message{ID: "j1", To: "anna@example.by", Subject: "Заява ў працы", Text: "Вітаем! Ўсё добра.\n", Date: at}

func check(t *testing.T, raw io.Reader) {
	t.Helper()
	got, err := mail.ReadMessage(raw)
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
	if err != nil || subject != letter.Subject {
		t.Errorf("subject %q, %v", subject, err)
	}
	if id := got.Header.Get("Message-ID"); id != "<j1@akno>" {
		t.Errorf("id %q", id)
	}
	if to := got.Header.Get("To"); !strings.Contains(to, letter.To) {
		t.Errorf("to %q", to)
	}
}

func TestAFolderKeepsALetterWholeAndOnce(t *testing.T) {
	f := Folder{Dir: filepath.Join(t.TempDir(), "mail"), From: "portal@example.by"}
	for range 2 {
		if err := f.Send(t.Context(), letter); err != nil {
			t.Fatal(err)
		}
	}
	files, err := os.ReadDir(f.Dir)
	if err != nil || len(files) != 1 || files[0].Name() != "j1.eml" {
		t.Fatalf("%v %v", files, err)
	}
	raw, err := os.Open(filepath.Join(f.Dir, "j1.eml"))
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	check(t, raw)
}

// A backend is a mail server that keeps the data of one letter.
type backend struct {
	gotMu sync.Mutex
	got   []string
}

func (b *backend) NewSession(*smtp.Conn) (smtp.Session, error) { return b, nil }
func (b *backend) Mail(string, *smtp.MailOptions) error        { return nil }
func (b *backend) Rcpt(string, *smtp.RcptOptions) error        { return nil }
func (b *backend) Reset()                                      {}
func (b *backend) Logout() error                               { return nil }

func (b *backend) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	b.gotMu.Lock()
	defer b.gotMu.Unlock()
	b.got = append(b.got, string(raw))
	return err
}

func TestALetterReachesAMailServer(t *testing.T) {
	b := &backend{}
	s := smtp.NewServer(b)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() { _ = s.Serve(l); close(served) }()
	if err := (SMTP{Addr: l.Addr().String(), From: "portal@example.by"}).Send(t.Context(), letter); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	<-served
	b.gotMu.Lock()
	defer b.gotMu.Unlock()
	if len(b.got) != 1 {
		t.Fatalf("%d letters", len(b.got))
	}
	check(t, strings.NewReader(b.got[0]))
	if err := (SMTP{Addr: l.Addr().String(), From: "portal@example.by"}).Send(t.Context(), letter); err == nil {
		t.Error("a server that is gone took a letter")
	}
}

func TestTLSIsDemandedBeyondThisComputer(t *testing.T) {
	for host, want := range map[string]bool{"127.0.0.1": false, "::1": false, "localhost": false, "mail.example.by": true, "10.0.0.1": true} {
		if got := policy(host).String() == "TLSMandatory"; got != want {
			t.Errorf("%s: mandatory %v", host, got)
		}
	}
}
