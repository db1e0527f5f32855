package draft

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
)

// FromTemplate is the source of an answer that came from a template.
const FromTemplate = "template"

// maxTemplateName is the length of a template's name in code points.
const maxTemplateName = 100

// A Template is a beginning of applications that a person has saved.
type Template struct {
	ID        string
	Name      string
	Procedure string
	Personal  bool // answers about the person are in it
	CreatedAt time.Time
}

// SaveTemplate saves the answers of a draft under a name, to begin others from:
// all of them, or, without personal, only those that are not about a person.
// What a person affirms (that everything is true) is affirmed each time anew.
// The code is invalid for a name that is empty or longer than 100 characters.
func (s *Service) SaveTemplate(ctx context.Context, id, name string, personal bool) (Template, error) {
	const op = "draft.SaveTemplate"
	name = strings.Join(strings.Fields(name), " ")
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		return Template{}, &akno.Error{Code: akno.Invalid, Op: op, Fields: map[string]string{"name": string(form.Required)}}
	case n > maxTemplateName:
		return Template{}, &akno.Error{Code: akno.Invalid, Op: op, Fields: map[string]string{"name": string(form.MaxLen)}}
	}
	v, err := s.Open(ctx, id)
	if err != nil {
		return Template{}, err
	}
	answers, err := json.Marshal(templateAnswers(v, personal))
	if err != nil {
		return Template{}, fmt.Errorf("draft.template: %w", err)
	}
	now := s.o.Now()
	t := Template{ID: ids.New(now), Name: name, Procedure: v.Row.Procedure, Personal: personal, CreatedAt: now}
	err = s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		if err := s.keepForm(ctx, tx, v.Form); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO template(id, account, name, procedure, form_id, form_version, form_hash, answers, personal, created_at)
			VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, t.ID, v.Row.Account, name, t.Procedure, v.Row.FormID, v.Row.FormVersion, v.Row.FormHash,
			string(answers), personal, now.UnixMilli())
		return err
	})
	return t, err
}

// templateAnswers are the answers that a template takes over.
func templateAnswers(v View, personal bool) form.Answers {
	out := form.Answers{}
	for _, f := range v.Fields {
		value := v.Row.Answers[f.Def.ID]
		if value.IsNull() || f.Def.Rules.MustBe != nil || !personal && isPersonal(*f.Def) {
			continue
		}
		if f.Def.Type == form.TypeTable {
			value = templateRows(*f.Def, value, personal)
		}
		out[f.Def.ID] = value
	}
	return out
}

// templateRows are rows without their identities and, where that is asked for,
// without what is about a person.
func templateRows(def form.Field, v form.Value, personal bool) form.Value {
	rows := make([]form.Value, 0, len(v.Items()))
	for _, row := range v.Items() {
		cells := map[string]form.Value{}
		for _, c := range def.Columns {
			if value := row.Get(c.ID); !value.IsNull() && (personal || !isPersonal(c)) {
				cells[c.ID] = value
			}
		}
		rows = append(rows, form.RecordOf(cells))
	}
	return form.ListOf(rows...)
}

// about are the words in ids of fields that ask about a person, whoever it is.
var about = []string{"surname", "name", "patronymic", "birth", "passport", "doc", "sex", "citizenship"}

// isPersonal says whether a question is about a person: it is answered from the
// profile, by a number, an address or a file of somebody, or by a name.
func isPersonal(f form.Field) bool {
	if f.Prefill != "" {
		return true
	}
	switch f.Type {
	case form.TypeNumberBY, form.TypePhone, form.TypeEmail, form.TypeIBAN, form.TypeFile, form.TypeFileList:
		return true
	}
	return slices.ContainsFunc(strings.Split(f.ID, "_"), func(word string) bool { return slices.Contains(about, word) })
}

// Templates lists the templates of whoever uses the program, the newest first.
func (s *Service) Templates(ctx context.Context) ([]Template, error) {
	out := []Template{}
	err := s.o.DB.Read(ctx, func(tx dbx.Tx) error {
		return dbx.Each(ctx, tx, func(scan func(...any) error) error {
			var t Template
			var created int64
			err := scan(&t.ID, &t.Name, &t.Procedure, &t.Personal, &created)
			t.CreatedAt = millis(created)
			out = append(out, t)
			return err
		}, `SELECT id, name, procedure, personal, created_at FROM template WHERE account IN ('', ?) ORDER BY created_at DESC, id DESC`, s.o.Shown())
	})
	return out, err
}

// CreateFrom makes a draft from a template: what is known of the person, and
// over it what the template says, brought to the form of today.
func (s *Service) CreateFrom(ctx context.Context, template string) (View, error) {
	from := Row{Sources: map[string]string{}}
	err := s.o.DB.Read(ctx, func(tx dbx.Tx) error {
		var answers string
		found, err := dbx.Found(ctx, tx, `SELECT procedure, form_id, form_version, form_hash, answers FROM template WHERE id=? AND account IN ('', ?)`,
			[]any{template, s.o.Shown()}, &from.Procedure, &from.FormID, &from.FormVersion, &from.FormHash, &answers)
		if err != nil {
			return err
		}
		if !found {
			return &akno.Error{Code: akno.NotFound, Op: "draft.CreateFrom"}
		}
		return json.Unmarshal([]byte(answers), &from.Answers)
	})
	if err != nil {
		return View{}, err
	}
	f, err := s.o.Catalogue.FormFor(from.Procedure)
	if err != nil {
		return View{}, err
	}
	answers, orphans, err := s.broughtOver(ctx, from, f)
	if err != nil {
		return View{}, err
	}
	return s.begin(ctx, from.Procedure, answers, orphans)
}

// DeleteTemplate removes a template. Drafts that were begun from it stay.
func (s *Service) DeleteTemplate(ctx context.Context, id string) error {
	return s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		n, err := dbx.Changed(ctx, tx, `DELETE FROM template WHERE id=? AND account IN ('', ?)`, id, s.o.Shown())
		if err == nil && n == 0 {
			err = &akno.Error{Code: akno.NotFound, Op: "draft.DeleteTemplate"}
		}
		return err
	})
}
