package syncsim

import (
	"testing"
	"time"
)

// jots writes something new into a shared draft, or into a new one where id is "",
// and returns its id.
func (h *tale) jots(d *device, id string) string {
	h.t.Helper()
	id, err := h.jot(h.ctx, d, id)
	h.must(err)
	return id
}

// keeps is a round of the copies of d with the faults.
func (h *tale) keeps(d *device, script ...fault) {
	h.t.Helper()
	h.at = h.at.Add(2 * time.Minute)
	h.must(d.lane.Hurry(h.ctx)) // whatever it waits for
	d.link.aim, d.link.script = "drafts", script
	_, _ = d.lane.Round(h.ctx) // what came of it stands in the rows
	d.link.aim, d.link.script = "", nil
	h.must(h.revive(h.ctx))
	h.holds()
}

// rests lets both lanes of both devices come to an end.
func (h *tale) rests() {
	h.t.Helper()
	quiet, err := h.quiesce(h.ctx, 20, true)
	h.must(err)
	if !quiet {
		h.t.Fatal(h.unrest(h.ctx))
	}
	h.holds()
}

func (h *tale) takes(d *device, id string) {
	h.t.Helper()
	if _, err := d.lane.Take(h.ctx, id); err != nil {
		h.t.Fatal(err)
	}
	h.must(h.taken(h.ctx, d, id))
}

func (h *tale) forked(want int) {
	h.t.Helper()
	h.holds()
	if got := len(h.shared.forks); got != want {
		h.t.Fatalf("I8: %d drafts were made beside others, and %d had to be", got, want)
	}
}

func (h *tale) edits(d *device, id, house string) {
	h.t.Helper()
	h.must(d.edit(h.ctx, id, house))
	h.drafts[id].house = house
}

// ordered makes a draft with an order, of which the portal keeps a copy that has it.
func (h *tale) ordered(d *device) string {
	h.t.Helper()
	id := h.costly(d)
	h.edits(d, id, "11")
	h.rests()
	return id
}

func TestKnownHistoriesOfCopiesEndWell(t *testing.T) {
	for name, fn := range map[string]func(h *tale, one, two *device){
		"two write on one draft, and one does not know of the other": func(h *tale, one, two *device) {
			id := h.jots(one, "")
			h.rests()
			h.jots(one, id)
			h.takes(two, id)
			h.jots(two, id)
			h.rests()
			h.forked(1)
		},
		"it is written on while it is on its way": func(h *tale, one, _ *device) {
			id := h.jots(one, "")
			h.rests()
			h.jots(one, id)
			one.link.on = func() {
				one.link.on = nil
				h.jots(one, id)
			}
			h.keeps(one)
			if one.link.on != nil {
				h.t.Fatal("it was not on its way")
			}
			h.rests()
			h.forked(0)
		},
		"the answer to a copy is lost, and it is written on": func(h *tale, one, _ *device) {
			id := h.jots(one, "")
			h.rests()
			h.jots(one, id)
			h.keeps(one, answerLost)
			h.jots(one, id)
			h.rests()
			h.forked(0)
		},
		"an earlier answer comes once more on the connection": func(h *tale, one, _ *device) {
			id := h.jots(one, "")
			h.keeps(one)
			h.jots(one, id)
			h.keeps(one, fine, repeated)
			h.keeps(one, repeated)
			h.rests()
			h.forked(0)
		},
		"the portal goes back to before a draft was taken": func(h *tale, one, two *device) {
			id := h.jots(one, "")
			h.rests()
			before := h.keep()
			h.takes(two, id)
			h.jots(two, id)
			h.rests()
			h.goBack(before) // where the first one is the owner
			h.rests()
			h.jots(one, id)
			h.rests()
			h.takes(two, id)
			h.rests()
			h.forked(1)
		},
		"the portal goes back to a copy with an order that was given back since": func(h *tale, one, _ *device) {
			id := h.ordered(one)
			before := h.keep()
			h.must(one.drafts.CancelOrder(h.ctx, id))
			h.edits(one, id, "12")
			h.rests()
			h.goBack(before)
			h.rests()
			h.forked(0)
		},
		"the portal goes back to a copy with an order, and another order was made since": func(h *tale, one, _ *device) {
			id := h.ordered(one)
			before := h.keep()
			h.must(one.drafts.CancelOrder(h.ctx, id))
			_, err := one.drafts.CreateOrder(h.ctx, id)
			h.must(err)
			h.edits(one, id, "12")
			h.rests()
			h.goBack(before)
			h.rests()
			h.forked(0)
		},
		"an order that was given back does not come back with the copy of its draft": func(h *tale, one, _ *device) {
			id := h.ordered(one)
			h.must(one.drafts.CancelOrder(h.ctx, id)) // which is no revision, so that the copy has it still
			h.rests()
			h.goBack(h.keep())
			h.rests()
			h.forked(0)
			v, err := one.drafts.Open(h.ctx, id)
			h.must(err)
			if v.Order.Code != "" {
				h.t.Fatalf("I12: the order %s was given back, and is to be paid", v.Order.Code)
			}
		},
		"the portal goes back while a copy is on its way": func(h *tale, one, _ *device) {
			id := h.jots(one, "")
			h.rests()
			h.keep()
			h.jots(one, id)
			for range 3 { // before the request, amid it, before the answer is heard: as the seed has it
				h.keeps(one, relapses)
			}
			h.rests()
			h.forked(0)
		},
	} {
		t.Run(name, func(t *testing.T) {
			tell(t, func(h *tale) {
				h.must(h.keepDrafts(h.ctx))
				fn(h, h.devices[0], h.devices[1])
			})
		})
	}
}
