package app

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"akno/backend/akno"
	"akno/backend/desktop/syncer"
)

// notifications is the setting of what is told outside of the window.
func (c *cabinetBench) notices(t *testing.T) *Notifications {
	t.Helper()
	i := slices.IndexFunc(c.parts, func(p part) bool { _, is := p.(*Notifications); return is })
	if i < 0 {
		t.Fatal("no such part")
	}
	return c.parts[i].(*Notifications)
}

// decided puts a decision among the copies of the portal's records.
func (c *cabinetBench) decided(t *testing.T, ids ...string) {
	t.Helper()
	w := c.Drafts.w
	for _, id := range ids {
		body, err := json.Marshal(map[string]any{"procedure": "200.1.3.4", "decision": map[string]any{"outcome": "granted"}})
		if err != nil {
			t.Fatal(err)
		}
		err = w.c.store.Write(t.Context(), func(tx syncer.Tx) error {
			_, err := syncer.Put(t.Context(), tx, w.sync.Account(), syncer.Entity{Kind: syncer.KindApplication, ID: id, Version: 1, Body: body})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.tellNews(t.Context()); err != nil {
		t.Fatal(err)
	}
}

const (
	anApplication = "0193f0a0-0000-7000-8000-000000000001"
	another       = "0193f0a0-0000-7000-8000-000000000002"
	third         = "0193f0a0-0000-7000-8000-000000000003"
	fourth        = "0193f0a0-0000-7000-8000-000000000004"
)

func newNotified(t *testing.T) *cabinetBench {
	t.Helper()
	c := newCabinet(t)
	if err := c.Drafts.w.c.store.SetSetting(t.Context(), "sync.account", anApplication); err != nil {
		t.Fatal(err)
	}
	if err := c.Drafts.w.sync.Recall(t.Context()); err != nil { // who was signed in last
		t.Fatal(err)
	}
	if _, err := c.system.Ready(); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestADecisionIsToldWithoutNamesUnlessThePersonAskedForThem(t *testing.T) {
	c := newNotified(t)
	c.decided(t, anApplication)
	if len(c.desk.notified) != 1 || c.desk.notified[0].Body != "Есть решение по заявлению" || c.desk.notified[0].Title != "Акно" {
		t.Fatalf("%+v", c.desk.notified)
	}
	c.desk.notified[0].Click()
	if c.desk.seen("link") != 1 || c.desk.shown != 1 {
		t.Errorf("the click opens nothing: %d, shown %d", c.desk.seen("link"), c.desk.shown)
	}
	c.decided(t, anApplication)
	if len(c.desk.notified) != 1 {
		t.Errorf("told twice: %+v", c.desk.notified)
	}
	if v, err := c.notices(t).Set("details"); err != nil || v.Mode != "details" {
		t.Fatal(v, err)
	}
	c.decided(t, another)
	if n := c.desk.notified[1]; n.Title != "Есть решение по заявлению" || !strings.Contains(n.Body, "справки") {
		t.Errorf("%+v", n)
	}
	c.decided(t, third, fourth)
	if got := len(c.desk.notified); got != 3 {
		t.Errorf("%d notifications: %+v", got, c.desk.notified)
	}
	if n := c.desk.notified[2]; n.Body != "Есть решения по заявлениям: 2" {
		t.Errorf("%+v", n)
	}
}

func TestWhatCameWhileTheyWereOffIsNotToldLater(t *testing.T) {
	c := newNotified(t)
	if v, err := c.notices(t).State(); err != nil || v.Mode != "plain" {
		t.Fatal(v, err)
	}
	if _, err := c.notices(t).Set("off"); err != nil {
		t.Fatal(err)
	}
	c.decided(t, anApplication)
	if _, err := c.notices(t).Set("plain"); err != nil {
		t.Fatal(err)
	}
	c.decided(t)
	if len(c.desk.notified) != 0 {
		t.Errorf("%+v", c.desk.notified)
	}
	if _, err := c.notices(t).Set("loud"); akno.CodeOf(err) != akno.Invalid {
		t.Error(err)
	}
}

func TestANotificationIsSaidInTheLanguageOfThePage(t *testing.T) {
	c := newNotified(t)
	p := c.preferences.get()
	p.Language = "be"
	if err := c.preferences.set(p); err != nil {
		t.Fatal(err)
	}
	c.decided(t, anApplication)
	if len(c.desk.notified) != 1 || c.desk.notified[0].Body != "Ёсць рашэнне па заяве" {
		t.Errorf("%+v", c.desk.notified)
	}
}
