package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"akno/backend/akno/workdays"
	"akno/backend/desktop/cabinet"
	"akno/backend/desktop/draft"
	"akno/backend/desktop/keyring"
)

// taskOrder is how urgent the kinds of tasks are, most urgent first.
var taskOrder = []string{"change_password", "fix", "answer", "pay", "open_decision", "renew", "finish"}

// renewWithin is how long before its end a certificate should be renewed.
const renewWithin = 30 * 24 * time.Hour

// Home returns what the home page shows.
func (d *Drafts) Home() (out HomeView, err error) {
	defer d.a.guard("drafts.Home", &err)
	out = HomeView{Tasks: []HomeTask{}, Drafts: []DraftSummary{}, Applications: []ApplicationSummary{}, Frequent: []ProcedureCard{}}
	err = d.done(func(ctx context.Context) error {
		drafts, err := d.latest(ctx)
		if err != nil {
			return err
		}
		applications, err := d.w.cabinet.List(ctx)
		if err != nil {
			return err
		}
		used := []string{}
		for _, s := range drafts {
			used = append(used, s.Procedure)
			out.Drafts = append(out.Drafts, d.summary(s))
			out.Tasks = append(out.Tasks, d.draftTask(ctx, s))
		}
		for _, a := range applications {
			used = append(used, a.Procedure)
			line := d.w.applicationSummary(a)
			out.Applications = append(out.Applications, line)
			if a.Task != cabinet.NoTask {
				out.Tasks = append(out.Tasks, HomeTask{Kind: line.Task, ID: a.ID, Title: line.Title, Due: line.TaskDue, Text: line.RegistrationNumber})
			}
		}
		out.Tasks = append(out.Tasks, d.ownTasks(ctx)...)
		sortTasks(out.Tasks)
		out.Frequent = d.w.frequent(used)
		return nil
	})
	return out, err
}

// latest are the drafts that were saved last: nobody sees a hundred thousand
// tasks.
func (d *Drafts) latest(ctx context.Context) ([]draft.Summary, error) {
	var all []draft.Summary
	for _, box := range []string{draft.BoxDrafts, draft.BoxReady} {
		p, err := d.w.drafts.Page(ctx, draft.Query{Box: box})
		if err != nil {
			return nil, err
		}
		all = append(all, p.Items...)
	}
	slices.SortStableFunc(all, func(a, b draft.Summary) int { return b.SavedAt.Compare(a.SavedAt) })
	return all, nil
}

// draftTask is what a draft waits for: its money or its end.
func (d *Drafts) draftTask(ctx context.Context, s draft.Summary) HomeTask {
	t := HomeTask{Kind: "finish", ID: s.ID, Title: d.w.c.title(s.Procedure)}
	switch {
	case s.Rejected:
		t.Kind = "fix"
	case s.State == draft.Ordered:
		if v, err := d.w.drafts.Open(ctx, s.ID); err == nil && v.NeedsPaying() {
			t.Kind, t.Text = "pay", s.OrderCode
			t.Due = dayOf(v.Order.ExpiresAt)
		}
	}
	return t
}

// ownTasks are those of the account and the keys.
func (d *Drafts) ownTasks(ctx context.Context) []HomeTask {
	var out []HomeTask
	st := d.w.c.session.State()
	if st.MustChangePassword {
		out = append(out, HomeTask{Kind: "change_password"})
	}
	keys, err := d.w.c.keys.List(ctx)
	if err != nil {
		return out // the page of keys tells why
	}
	for _, e := range keys.Usable {
		if e.Certificate == nil {
			continue
		}
		id := keyring.Describe(e.Certificate)
		if own := st.Person.PersonalNumber; own != "" && id.Number != "" && id.Number != own {
			continue // another person's key on the same computer
		}
		if id.NotAfter.Sub(d.a.now()) < renewWithin {
			out = append(out, HomeTask{Kind: "renew", ID: e.ID, Due: dayOf(id.NotAfter), Text: id.Holder})
		}
	}
	return out
}

// sortTasks puts the most urgent first: by kind, then by the day, then by what
// has none.
func sortTasks(tasks []HomeTask) {
	slices.SortStableFunc(tasks, func(a, b HomeTask) int {
		if k := slices.Index(taskOrder, a.Kind) - slices.Index(taskOrder, b.Kind); k != 0 {
			return k
		}
		if (a.Due == "") != (b.Due == "") {
			if a.Due == "" {
				return 1
			}
			return -1
		}
		return strings.Compare(a.Due, b.Due)
	})
}

// dayOf is the day of a time where the portal is, "" for none.
func dayOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return workdays.Of(t).String()
}
