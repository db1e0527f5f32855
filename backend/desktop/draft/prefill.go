package draft

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/akno/workdays"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
)

// The names of the sources, which are shown beside an answer. That of an
// earlier application has its day behind a colon: "application:2026-03-12".
const (
	FromProfile     = "profile"
	FromCertificate = "certificate"
	FromApplication = "application"
)

// looked is how many earlier applications are asked for an answer.
const looked = 20

// SourceOf splits the name of a source into its kind and the day of the
// application, "" for every other kind and where the day was not kept.
func SourceOf(name string) (kind, day string) {
	kind, day, _ = strings.Cut(name, ":")
	return kind, day
}

// earlier are the person's own applications that were sent from this computer,
// the latest first. Each knows its answers by the paths of its form.
func (s *Service) earlier(ctx context.Context) ([]form.Source, error) {
	type sent struct {
		pin     pin
		answers string
		saved   int64
	}
	var all []sent
	err := s.o.DB.Read(ctx, func(tx dbx.Tx) error {
		return dbx.Each(ctx, tx, func(scan func(...any) error) error {
			var x sent
			err := scan(&x.pin.ID, &x.pin.Version, &x.pin.Hash, &x.answers, &x.saved)
			all = append(all, x)
			return err
		}, `SELECT form_id, form_version, form_hash, answers, saved_at FROM draft WHERE box='sent' AND account=? ORDER BY saved_at DESC, id DESC LIMIT ?`, s.o.Shown(), looked)
	})
	if err != nil {
		return nil, err
	}
	var out []form.Source
	for _, x := range all {
		f, err := s.pinned(ctx, x.pin)
		if err != nil {
			continue // a form of which nothing is known any more
		}
		var a form.Answers
		if err := json.Unmarshal([]byte(x.answers), &a); err != nil {
			return nil, err
		}
		known := map[string]form.Value{}
		for _, sec := range f.Definition().Sections {
			for _, field := range sec.Fields {
				if field.Prefill != "" && !a[field.ID].IsNull() {
					known[field.Prefill] = a[field.ID]
				}
			}
		}
		day := workdays.Of(millis(x.saved)).String()
		out = append(out, form.Source{Name: FromApplication + ":" + day, Get: func(path string) form.Value { return known[path] }})
	}
	return out, nil
}

// sources are all that answers may be taken from, best first.
func (s *Service) sources(ctx context.Context) ([]form.Source, error) {
	earlier, err := s.earlier(ctx)
	return append(s.o.Sources(ctx), earlier...), err
}

// Offers are the answers that are known for the questions of a draft, whether
// they are answered or not: where an answer is empty, the person may take what
// is known. Nothing is put in by this.
func (s *Service) Offers(ctx context.Context, v View) ([]form.Prefilled, error) {
	if v.Row.State == Frozen {
		return nil, nil
	}
	sources, err := s.sources(ctx)
	if err != nil {
		return nil, err
	}
	return v.Form.Prefill(form.Answers{}, sources...), nil
}

// TakeOffer answers a question with what is known for it, and remembers from
// where. An answer that is there is never written over.
func (s *Service) TakeOffer(ctx context.Context, id, field string) (Change, error) {
	const op = "draft.TakeOffer"
	v, err := s.Open(ctx, id)
	if err != nil {
		return Change{}, err
	}
	offers, err := s.Offers(ctx, v)
	if err != nil {
		return Change{}, err
	}
	i := slices.IndexFunc(offers, func(p form.Prefilled) bool { return p.Field == field })
	if i < 0 {
		return Change{}, &akno.Error{Code: akno.NotFound, Op: op}
	}
	return s.edit(ctx, op, id, func(e *editing) error {
		if !e.row.Answers[field].IsNull() {
			return nil
		}
		if err := e.set(Patch{Field: field, Value: offers[i].Value}); err != nil {
			return err
		}
		e.changes[len(e.changes)-1].Source = offers[i].Source
		e.row.Sources[field] = offers[i].Source
		return s.follow(e, nil)
	})
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
