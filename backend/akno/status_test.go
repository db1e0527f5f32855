package akno

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
)

type machineFile struct {
	Initial     string            `json:"initial"`
	Final       []string          `json:"final"`
	States      map[string]string `json:"states"`
	Transitions []struct {
		From, To, Event, Actor string
	} `json:"transitions"`
}

func machines(t *testing.T) map[string]machineFile {
	t.Helper()
	raw, err := os.ReadFile("testdata/statemachine.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]machineFile
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// sameMachine proves that the table holds the collected moves in their order,
// followed by moves that each say why they were added.
func sameMachine[S ~string](t *testing.T, want machineFile, states []S, moves []Move[S]) {
	t.Helper()
	if len(states) != len(want.States) {
		t.Errorf("%d states, want %d", len(states), len(want.States))
	}
	for _, s := range states {
		if _, ok := want.States[string(s)]; !ok {
			t.Errorf("%s is no collected state", s)
		}
	}
	if len(moves) < len(want.Transitions) {
		t.Fatalf("%d moves, want at least %d", len(moves), len(want.Transitions))
	}
	for i, m := range moves {
		if !slices.Contains(states, m.From) || !slices.Contains(states, m.To) {
			t.Errorf("move %d leaves the states: %+v", i, m)
		}
		if i >= len(want.Transitions) {
			if m.Why == "" {
				t.Errorf("added move %s %s %s has no reason", m.From, m.Event, m.To)
			}
			continue
		}
		w := want.Transitions[i]
		if string(m.From) != w.From || string(m.To) != w.To || string(m.Event) != w.Event || string(m.Actor) != w.Actor || m.Why != "" {
			t.Errorf("move %d is %+v, want %+v", i, m, w)
		}
	}
	reachable := map[S]bool{S(want.Initial): true}
	ends := map[S]bool{}
	for _, f := range want.Final {
		ends[S(f)] = true
	}
	if len(want.Final) == 0 {
		ends[S(want.Initial)] = true // a session ends by becoming anonymous again
	}
	for grew := true; grew; {
		grew = false
		for _, m := range moves {
			if reachable[m.From] && !reachable[m.To] {
				reachable[m.To], grew = true, true
			}
			if ends[m.To] && !ends[m.From] {
				ends[m.From], grew = true, true
			}
		}
	}
	for _, s := range states {
		if !reachable[s] {
			t.Errorf("%s cannot be reached", s)
		}
		if !ends[s] {
			t.Errorf("%s reaches no end", s)
		}
	}
}

func TestMovesAreTheCollectedMachines(t *testing.T) {
	all := machines(t)
	t.Run("application", func(t *testing.T) { sameMachine(t, all["application"], Statuses(), Moves()) })
	t.Run("account", func(t *testing.T) { sameMachine(t, all["account"], AccountStates(), AccountMoves()) })
	t.Run("session", func(t *testing.T) { sameMachine(t, all["session"], SessionStates(), SessionMoves()) })
}

func TestFinalStatusesAreTheCollectedOnes(t *testing.T) {
	final := machines(t)["application"].Final
	for _, s := range Statuses() {
		if got, want := s.Final(), slices.Contains(final, string(s)); got != want {
			t.Errorf("%s: final %v, want %v", s, got, want)
		}
	}
	if Status("gone").Final() {
		t.Error("a word that is no status is final")
	}
}

func TestAnApplicationMovesByTheTableOnly(t *testing.T) {
	for _, c := range []struct {
		name  string
		from  Status
		event Event
		actor Actor
		to    Status
		ok    bool
	}{
		{"a draft is checked", Draft, EventValidate, ByCitizen, Ready, true},
		{"a reviewer does not check drafts", Draft, EventValidate, ByReviewer, "", false},
		{"a decision ends the right to withdraw", Granted, EventWithdraw, ByCitizen, "", false},
		{"an unpaid order is cancelled by time", AwaitingPayment, EventOrderExpired, BySystem, Cancelled, true},
		{"the queue needs the portal's answer", Queued, EventSync, BySystem, "", false},
		{"a paper decision is handed over", Granted, EventHandOver, ByReviewer, Delivered, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := c.from.After(c.event, c.actor)
			if ok != c.ok || ok && got != c.to {
				t.Errorf("got %q %v, want %q %v", got, ok, c.to, c.ok)
			}
		})
	}
	if _, err := Queued.To(FormatRejected, EventSync, BySystem); err != nil {
		t.Error(err)
	}
	if _, err := Draft.To(Granted, EventDecideGrant, ByReviewer); CodeOf(err) != WrongState {
		t.Errorf("got %v", err)
	}
	if !slices.Equal(InReview.Events(ByCitizen), []Event{EventWithdraw}) {
		t.Errorf("in review a citizen may %v", InReview.Events(ByCitizen))
	}
}

func TestMoney(t *testing.T) {
	for in, want := range map[string]string{"45": "45.00", "45.5": "45.50", "45,05": "45.05", "0.00": "0.00", "007": "7.00"} {
		m, err := ParseMoney(in)
		if err != nil || m.String() != want {
			t.Errorf("%q: %v %v, want %s", in, m, err, want)
		}
	}
	for _, in := range []string{"", ".", "1.", ".5", "1.234", "-1", "+1", "1e3", "1 000", "1.2.3", "99999999999999999999", "١"} {
		if m, err := ParseMoney(in); err == nil {
			t.Errorf("%q is read as %v", in, m)
		}
	}
	if s := Money(-5).String(); s != "-0.05" {
		t.Errorf("got %s", s)
	}
	b, err := json.Marshal(struct{ M Money }{4500})
	if err != nil || string(b) != `{"M":"45.00"}` {
		t.Errorf("%s %v", b, err)
	}
}

func TestAMissingWordingIsSeen(t *testing.T) {
	x := Text{RU: "да"}
	if got := x.In(Belarusian); got != "да [ru]" {
		t.Errorf("got %q", got)
	}
	if got := (Text{RU: "да", BE: "так"}).In(Belarusian); got != "так" {
		t.Errorf("got %q", got)
	}
}
