package syncsim

import (
	"testing"
	"time"

	"akno/backend/internal/dbx"
)

// away lets days pass in which no device is turned on, and the portal sweeps what it
// keeps for a time only.
func (h *tale) away(days int) {
	h.t.Helper()
	h.at = h.at.Add(time.Duration(days) * 24 * time.Hour)
	_, err := h.portal.db.Sweep(h.ctx, h.portal.now())
	h.must(err)
	for _, d := range h.devices {
		d.signOut() // the session is over by now
	}
}

// sent is how many commands a device keeps in case the portal loses them.
func (h *tale) sent(d *device) int {
	h.t.Helper()
	all, err := d.holdings(h.ctx)
	h.must(err)
	return len(all.sent)
}

// unsummed makes the stream one of an earlier portal, which tells no sum.
func (h *tale) unsummed() {
	h.t.Helper()
	h.must(h.portal.db.Write(h.ctx, func(tx dbx.Tx) error {
		_, err := tx.Exec(h.ctx, `UPDATE stream SET checksum = NULL`)
		return err
	}))
}

func TestHistoriesOfLongAbsencesEndWell(t *testing.T) {
	for name, fn := range map[string]func(h *tale){
		"the portal forgets what is gone while a device is away": func(h *tale) {
			d := h.devices[0]
			h.notes1(1, false)
			h.meet(d, "")
			h.notes1(2, true)
			h.away(1)
			h.away(401)
			h.unsummed() // or the sum alone would tell the device
			h.meet(d, "")
		},
		"the portal forgets what is gone, and a reading is broken off": func(h *tale) {
			d := h.devices[0]
			h.notes1(1, false)
			h.meet(d, "")
			h.notes1(2, true)
			h.away(1)
			h.away(401)
			h.must(d.signIn(h.ctx))
			h.meet(d, pulls, fine, lost)
			h.meet(d, "")
		},
		"a portal is restored a month after it took an application": func(h *tale) {
			d := h.devices[0]
			h.meet(d, "")
			to := h.keep()
			h.file(d)
			h.meet(d, "")
			h.away(29)
			h.meet(d, "")
			if n := h.sent(d); n != 1 {
				h.t.Errorf("%d commands are kept after 29 days", n)
			}
			h.goBack(to)
			h.meet(d, "")
		},
		"what a portal took is forgotten in time": func(h *tale) {
			d := h.devices[0]
			h.file(d)
			h.meet(d, "")
			h.away(31)
			h.meet(d, "")
			if n := h.sent(d); n != 0 {
				h.t.Errorf("%d commands are kept after 31 days", n)
			}
			h.file(d)
			h.meet(d, "")
		},
		"a device whose clock is a year ahead meets a portal that was restored": func(h *tale) {
			d := h.devices[0]
			h.meet(d, "")
			to := h.keep()
			h.file(d)
			h.meet(d, "")
			h.jumped, d.jump = true, 365*24*time.Hour
			h.meet(d, "")
			h.goBack(to)
			h.meet(d, "")
		},
		"an application comes again after more than a year": func(h *tale) {
			d := h.devices[0]
			h.meet(d, "")
			h.file(d)
			h.meet(d, pushes, answerLost)
			h.away(401)
			h.meet(d, "")
			if waiting, err := d.outbox(h.ctx); err != nil || len(waiting) != 0 {
				h.t.Errorf("%+v still waits, %v", waiting, err)
			}
			h.file(d)
			h.meet(d, "")
		},
	} {
		t.Run(name, func(t *testing.T) { tell(t, fn) })
	}
}
