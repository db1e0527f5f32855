package app

import (
	"slices"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/desktop/words"
)

// Catalogue is the bound type of the procedures.
type Catalogue struct {
	a *App
	w *work
}

var _ catalogueSurface = (*Catalogue)(nil)

// List returns the procedures that fit q, in the order of the lists.
func (c *Catalogue) List(q CatalogueQuery) (out CatalogueList, err error) {
	defer c.a.guard("catalogue.List", &err)
	if err := c.w.opened(); err != nil {
		return out, err
	}
	cat := c.w.c.catalogue
	all := cat.Procedures()
	out = CatalogueList{Version: cat.Version(), Items: []ProcedureCard{}, Categories: []CategoryCount{}, Total: len(all)}
	asked := words.ParseQuery(q.Search)
	for _, p := range all {
		body, _ := cat.Body(p.Body)
		if !asked.Matches(p.Number, p.Code, p.Title.RU, p.Title.BE, p.Title.EN, body.Name.RU, body.Name.BE) {
			continue
		}
		card := c.w.card(p)
		if q.OnlyOpen && !card.Allowed || q.OnlyFree && p.Fee.Kind != akno.FeeFree {
			continue
		}
		out.count(p.Category)
		if q.Category == "" || q.Category == p.Category {
			out.Items = append(out.Items, card)
		}
	}
	return out, nil
}

// count counts a procedure of a life situation; situations stand in the order in
// which the lists come to them.
func (l *CatalogueList) count(category string) {
	i := slices.IndexFunc(l.Categories, func(c CategoryCount) bool { return c.Category == category })
	if i < 0 {
		l.Categories = append(l.Categories, CategoryCount{Category: category, Count: 1})
		return
	}
	l.Categories[i].Count++
}

// Get returns a procedure's page.
func (c *Catalogue) Get(code string) (out ProcedureView, err error) {
	const op = "catalogue.Get"
	defer c.a.guard(op, &err)
	if err := c.w.opened(); err != nil {
		return out, err
	}
	p, ok := c.w.c.catalogue.Procedure(code)
	if !ok {
		return out, &akno.Error{Code: akno.NotFound, Op: op}
	}
	out = ProcedureView{
		Card: c.w.card(p), Applicants: []string{}, Documents: []DocumentLine{}, FeeLines: c.feeLines(p),
		Validity: p.Validity.Kind, ValidFor: p.Validity.Value, ValidText: textOf(p.Validity.Text), Extended: p.Term.Extended,
		Complaint: p.ComplaintViaPortal, Sources: append([]string{}, p.Sources...), Note: p.Note,
	}
	for _, k := range p.Applicants {
		out.Applicants = append(out.Applicants, string(k))
	}
	for _, d := range p.Documents {
		doc, _ := c.w.c.catalogue.Document(d.Document)
		out.Documents = append(out.Documents, DocumentLine{Name: textOf(doc.Name), Condition: textOf(d.Condition)})
	}
	for _, proof := range p.Confidence {
		out.Unverified = out.Unverified || proof != akno.Seen
	}
	return out, nil
}

// feeLines are the basic fee and what each variant makes of it today.
func (c *Catalogue) feeLines(p akno.Procedure) []FeeLine {
	out := []FeeLine{}
	basic, err := c.w.c.catalogue.Quote(p, nil, c.w.today())
	if err != nil || !basic.Known() {
		return out
	}
	out = append(out, FeeLine{Amount: basic.Amount.String()})
	for _, v := range p.Fee.Variants {
		q, err := c.w.c.catalogue.Quote(p, []string{v.When}, c.w.today())
		if err != nil {
			continue
		}
		line := FeeLine{Variant: v.When, Adds: v.Add != "", Amount: q.Amount.String()}
		if line.Adds {
			line.Amount = (q.Amount - basic.Amount).String()
		}
		out = append(out, line)
	}
	return out
}

// optionsOf are choices as the page reads them.
func optionsOf(list []form.Option) []Option {
	out := make([]Option, 0, len(list))
	for _, o := range list {
		out = append(out, Option{Value: o.Value, Label: textOf(o.Label)})
	}
	return out
}
