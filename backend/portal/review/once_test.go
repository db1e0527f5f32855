package review

import (
	"sync"
	"testing"

	"akno/backend/akno"
	"akno/backend/portal/session"
	"akno/backend/portalapi"
)

func TestOfTwoOfficersAtOnceOneTakesTheApplication(t *testing.T) {
	w := open(t)
	id := w.filed(portalapi.DeskItemPaidFree)
	version := w.act(officerOf, id, portalapi.DeskCommandEventRegister, "").Application.Version
	colleague := staff("0193f0a0-0000-7000-8000-0000000000c2", &labour, "Орлов", session.Officer)
	errs := make([]error, 2)
	var wg sync.WaitGroup
	for i, who := range []session.Session{officerOf, colleague} {
		cmd := command(version, portalapi.DeskCommandEventTake, "")
		wg.Go(func() { _, errs[i] = w.Act(ctx, who, id, cmd) })
	}
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("errors are %v", errs)
	}
	winner, loser := officerOf, errs[1]
	if errs[0] != nil {
		winner, loser = colleague, errs[0]
	}
	if akno.CodeOf(loser) != akno.Conflict {
		t.Errorf("the other one is told %v", loser)
	}
	if a := w.get(id); *a.Assignee != winner.Name() {
		t.Errorf("taken by %s", *a.Assignee)
	}
}

func TestOneDecisionOfMany(t *testing.T) {
	w, id := proposed(t)
	cmds := []portalapi.DecisionCommand{w.decision(id, w.body), w.decision(id, w.body)}
	errs := make([]error, len(cmds))
	var wg sync.WaitGroup
	for i, cmd := range cmds {
		wg.Go(func() { _, errs[i] = w.Decide(ctx, headOf, id, cmd) })
	}
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("errors are %v", errs)
	}
	if a := w.get(id); a.Application.Status != string(akno.Granted) {
		t.Errorf("application is %s", a.Application.Status)
	}
}
