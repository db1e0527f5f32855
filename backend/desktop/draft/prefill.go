package draft

import (
	"context"
	"encoding/json"

	"akno/backend/akno/form"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
)

// The names of the sources, which are shown beside an answer.
const (
	FromProfile     = "profile"
	FromCertificate = "certificate"
	FromApplication = "application"
)

// looked is how many earlier applications are asked for an answer.
const looked = 20

// earlier knows the answers of the person's own applications that were sent from
// this computer, the latest first, by the paths of their forms.
func (s *Service) earlier(ctx context.Context) (form.Source, error) {
	type sent struct {
		pin     pin
		answers string
	}
	var all []sent
	err := s.o.DB.Read(ctx, func(tx dbx.Tx) error {
		return dbx.Each(ctx, tx, func(scan func(...any) error) error {
			var x sent
			err := scan(&x.pin.ID, &x.pin.Version, &x.pin.Hash, &x.answers)
			all = append(all, x)
			return err
		}, `SELECT form_id, form_version, form_hash, answers FROM draft WHERE box='sent' AND account=? ORDER BY saved_at DESC, id DESC LIMIT ?`, s.o.Shown(), looked)
	})
	if err != nil {
		return form.Source{}, err
	}
	known := map[string]form.Value{}
	for _, x := range all {
		f, err := s.pinned(ctx, x.pin)
		if err != nil {
			continue // a form of which nothing is known any more
		}
		var a form.Answers
		if err := json.Unmarshal([]byte(x.answers), &a); err != nil {
			return form.Source{}, err
		}
		for _, sec := range f.Definition().Sections {
			for _, field := range sec.Fields {
				if _, had := known[field.Prefill]; field.Prefill != "" && !had && !a[field.ID].IsNull() {
					known[field.Prefill] = a[field.ID]
				}
			}
		}
	}
	return form.Source{Name: FromApplication, Get: func(path string) form.Value { return known[path] }}, nil
}

// withRowIDs gives every row of a table an identity.
func (s *Service) withRowIDs(a form.Answers) {
	for id, v := range a {
		if v.Kind() != form.List {
			continue
		}
		items := make([]form.Value, len(v.Items()))
		for i, item := range v.Items() {
			items[i] = item
			if _, file := form.FileOf(item); item.Kind() != form.Record || file || item.Get(form.RowID).Text() != "" {
				continue
			}
			cells := map[string]form.Value{form.RowID: form.Text(ids.New(s.o.Now()))}
			for _, name := range item.Members() {
				cells[name] = item.Get(name)
			}
			items[i] = form.RecordOf(cells)
		}
		a[id] = form.ListOf(items...)
	}
}
