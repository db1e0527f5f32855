package syncsim

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
	"akno/backend/portal/session"
)

// A tale is a history that is written down: those that the simulation has found
// and those that are known to be hard. It is over in a moment, so that they come
// first.
type tale struct {
	*run
	t *testing.T
}

func tell(t *testing.T, fn func(h *tale)) {
	t.Helper()
	w := aWorld(t)
	w.thorough = true
	h := &tale{&run{world: w, ctx: t.Context()}, t}
	fn(h)
	h.holds()
	if err := w.calm(h.ctx); err != nil {
		t.Fatal(err)
	}
	before := w.requests
	quiet, err := w.quiesce(h.ctx, 60, true)
	if err != nil {
		t.Fatal(err)
	}
	h.holds()
	if err := w.checkEnd(h.ctx, quiet, w.requests-before); err != nil {
		t.Fatal(err)
	}
	h.must(w.checkCopies(h.ctx))
}

func (h *tale) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *tale) holds() {
	h.t.Helper()
	h.must(h.check(h.ctx))
}

// file hands an application of device d over and returns its id.
func (h *tale) file(d *device) string {
	h.t.Helper()
	id, err := d.write(h.ctx, procedure)
	h.must(err)
	h.drafts[id] = &writing{device: d, house: "10", sums: map[string]bool{}}
	h.must(d.finalise(h.ctx, id))
	h.must(h.handedOver(h.ctx, d, id))
	return id
}

// plainly hands over n applications without files, of a device that sends one
// command in a request: each leaves before it is written down what became of the one
// before.
func (h *tale) plainly(d *device, n int) []string {
	h.t.Helper()
	h.batch = 1
	h.must(d.run(h.ctx))
	var out []string
	for range n {
		id, err := d.write(h.ctx, plainProcedure)
		h.must(err)
		h.drafts[id] = &writing{device: d, house: "10", sums: map[string]bool{}}
		h.must(d.finalise(h.ctx, id))
		h.must(h.handedOver(h.ctx, d, id))
		out = append(out, id)
	}
	return out
}

// meet is an exchange of d with the faults for the requests that aim names.
func (h *tale) meet(d *device, aim string, script ...fault) {
	h.t.Helper()
	if d.who() == "" {
		h.must(d.signIn(h.ctx))
	}
	d.link.aim, d.link.script = aim, script
	_ = d.sync.Now(h.ctx) // what came of it stands in the rows
	d.link.aim, d.link.script = "", nil
	h.must(h.revive(h.ctx))
	h.holds()
}

func (h *tale) notes1(version int64, gone bool) {
	h.t.Helper()
	h.notes["n1"] = version
	h.must(h.portal.note(h.ctx, h.account, "n1", version, gone))
}

func (h *tale) keep() string {
	h.t.Helper()
	to := filepath.Join(h.dir, fmt.Sprint("kept", len(h.backups)))
	h.must(os.Mkdir(to, 0o700))
	h.must(h.portal.backup(h.ctx, to, true))
	h.backups = append(h.backups, to)
	return to
}

func (h *tale) goBack(to string) {
	h.t.Helper()
	h.at = h.at.Add(time.Minute)
	h.must(h.portal.restore(h.ctx, h.cat, to))
	h.holds()
}

func (h *tale) step(id string) {
	h.t.Helper()
	if _, err := h.portal.review(h.ctx, h.account, id); err != nil {
		h.t.Fatalf("C6: application %s did not arrive: %v", id, err)
	}
}

func (h *tale) withdraw(d *device, id string) {
	h.t.Helper()
	if err := d.cabinet.Withdraw(h.ctx, id, ""); err != nil {
		h.t.Fatalf("C6: application %s did not arrive: %v", id, err)
	}
}

// earliest makes the proxy repeat the first answer that it has heard.
func (h *tale) earliest(d *device) {
	for key, all := range d.link.answers {
		d.link.answers[key] = all[:1]
	}
}

const pushes, pulls, files = "sync/push", "changes", "blobs"

// large hands over an application with a file that goes in more than two pieces.
func (h *tale) large(d *device) string {
	h.t.Helper()
	h.papers = 700 << 10
	defer func() { h.papers = 0 }()
	return h.file(d)
}

// costly makes a draft with an order that awaits payment.
func (h *tale) costly(d *device) string {
	h.t.Helper()
	if d.who() == "" {
		h.must(d.signIn(h.ctx))
	}
	id, err := d.write(h.ctx, paidProcedure)
	h.must(err)
	h.drafts[id] = &writing{device: d, house: "10", paid: true, sums: map[string]bool{}}
	_, err = d.drafts.CreateOrder(h.ctx, id)
	h.must(err)
	return id
}

// proven hands a costly draft over with the number of an operation.
func (h *tale) proven(d *device, number string) string {
	h.t.Helper()
	id := h.costly(d)
	_, err := d.drafts.StateTransaction(h.ctx, id, number)
	h.must(err)
	h.must(d.finalise(h.ctx, id))
	h.must(h.handedOver(h.ctx, d, id))
	return id
}

func TestKnownHistoriesEndWell(t *testing.T) {
	for name, fn := range map[string]func(h *tale){
		"nothing happens": func(h *tale) { h.file(h.devices[0]); h.meet(h.devices[0], "") },
		"the answer to a command is lost, and the application moves on": func(h *tale) {
			d := h.devices[0]
			h.meet(d, "")
			id := h.file(d)
			h.meet(d, pushes, answerLost)
			h.step(id)
			h.step(id)
			h.meet(d, "", fine, fine, lost) // the line breaks after the repeat, before anything can heal it
		},
		"a command is lost": func(h *tale) { h.file(h.devices[0]); h.meet(h.devices[0], pushes, lost) },
		"a command goes twice at once": func(h *tale) {
			h.file(h.devices[0])
			h.meet(h.devices[0], pushes, twins)
		},
		"a hotel answers a command":       func(h *tale) { h.file(h.devices[0]); h.meet(h.devices[0], pushes, hotel) },
		"a command comes too fast":        func(h *tale) { h.file(h.devices[0]); h.meet(h.devices[0], pushes, slowDown) },
		"what may have left is not taken": func(h *tale) { takenBack(h, answerLost) },
		"the disk of the portal is full": func(h *tale) {
			h.meet(h.devices[0], "")
			h.file(h.devices[0])
			h.must(h.portal.fill(h.ctx, true))
			h.meet(h.devices[0], "")
		},
		"the disk of the portal's files is full in the middle of a piece": func(h *tale) {
			h.large(h.devices[0])
			h.portal.crammed = true
			h.meet(h.devices[0], "")
		},
		"the disk of the program's files is full": func(h *tale) {
			d := h.devices[0]
			h.meet(d, "")
			d.crammed = true
			id, err := d.write(h.ctx, procedure)
			if akno.CodeOf(err) != akno.DiskFull || id == "" {
				h.t.Fatalf("C12: a file for which there is no room is taken: %v", err)
			}
			h.drafts[id] = &writing{device: d, house: "10", sums: map[string]bool{}}
			h.holds()
			d.crammed = false
			h.must(d.attach(h.ctx, id))
			d.crammed = true // and there is none for the document
			if err := d.finalise(h.ctx, id); akno.CodeOf(err) != akno.DiskFull {
				h.t.Fatalf("C12: a document for which there is no room is signed: %v", err)
			}
			h.holds()
			d.crammed = false
			h.must(d.finalise(h.ctx, id))
			h.must(h.handedOver(h.ctx, d, id))
			d.crammed = true // it is sent all the same
			h.meet(d, "")
		},
		"requests follow one another, and the second is lost": func(h *tale) {
			d := h.devices[0]
			h.meet(d, "")
			h.plainly(d, 4)
			h.meet(d, pushes, fine, answerLost)
			h.meet(d, pushes, fine, lost)
		},
		"requests follow one another, and the portal goes back between them": func(h *tale) {
			d := h.devices[0]
			h.meet(d, "")
			h.keep()
			all := h.plainly(d, 4)
			h.meet(d, pushes, fine, relapses, fine, relapses)
			h.meet(d, "")
			h.withdraw(d, all[0])
			h.withdraw(d, all[1])
			h.meet(d, pushes, relapses)
		},
		"a proxy wants a name and a password": func(h *tale) {
			d := h.devices[0]
			h.file(d)
			h.meet(d, "", wantsName, wantsName, wantsName)
			h.meet(d, pushes, wantsName)
		},
		"an earlier answer comes once more on the connection": func(h *tale) {
			d := h.devices[0]
			h.file(d)
			h.meet(d, "", repeated)
			h.meet(d, "", fine, repeated)
			h.meet(d, "", fine, fine, repeated)
			h.meet(d, "", fine, fine, fine, repeated)
			h.file(d)
			h.meet(d, pushes, repeated)
		},
		"the portal goes back to a copy in the middle of a batch": func(h *tale) {
			d := h.devices[0]
			h.meet(d, "")
			h.keep()
			for range 3 {
				h.file(d)
				h.file(d)
				h.meet(d, pushes, relapses)
			}
		},
		"what was answered is forgotten after years, and the portal is restored": func(h *tale) {
			d := h.devices[0]
			h.meet(d, "")
			id, other := h.file(d), h.file(d)
			h.meet(d, "")
			h.withdraw(d, other)
			h.meet(d, "")
			h.step(id)
			h.years()
			h.goBack(h.keep())
			h.meet(d, "")
			h.file(d) // and it goes on
		},
		"a clock runs ahead by years, and back, while commands wait": func(h *tale) {
			d := h.devices[0]
			h.meet(d, "")
			before := h.keep()
			h.file(d)
			h.meet(d, "")
			h.jumped = true
			for _, years := range []time.Duration{2, -2, 0} {
				d.jump = years * 365 * 24 * time.Hour
				h.file(d)
				h.meet(d, pushes, lost)
				h.meet(d, "")
			}
			h.goBack(before)
		},
		"a proxy repeats the answer to another command": func(h *tale) {
			d := h.devices[0]
			h.file(d)
			h.meet(d, "")
			h.file(d)
			h.meet(d, pushes, stale)
		},
		"a proxy repeats an answer of another life": func(h *tale) {
			d := h.devices[0]
			h.meet(d, "")
			before := h.keep()
			h.file(d)
			h.meet(d, "")
			h.goBack(before)
			h.meet(d, pushes, stale)
		},
		"a proxy repeats an early page": func(h *tale) {
			d := h.devices[0]
			h.notes1(1, false)
			h.meet(d, "")
			for v := range int64(3) {
				h.notes1(v+2, false)
				h.meet(d, "")
			}
			h.earliest(d)
			h.notes1(9, false)
			h.meet(d, pulls, stale)
		},
		"a proxy repeats an early snapshot": func(h *tale) {
			d := h.devices[0]
			h.notes1(1, false)
			h.meet(d, "")
			h.notes1(2, false)
			h.meet(d, "")
			h.earliest(d)
			h.must(d.db.Write(h.ctx, func(tx dbx.Tx) error { // as when a sum is not reached
				_, err := tx.Exec(h.ctx, `UPDATE stream SET snapshot=1`)
				return err
			}))
			h.meet(d, pulls, stale)
		},
		"a record is gone": func(h *tale) {
			d := h.devices[0]
			h.notes1(1, false)
			h.meet(d, "")
			h.notes1(2, true)
			h.meet(d, "", fine, lost) // nothing but this page tells it
			h.notes1(3, false)
			h.meet(d, "")
		},
		"the portal is restored": func(h *tale) {
			d := h.devices[0]
			h.meet(d, "")
			before := h.keep()
			h.file(d)
			h.meet(d, "")
			h.goBack(before)
		},
		"the portal is restored back and forth": func(h *tale) {
			d := h.devices[0]
			id := h.file(d)
			h.meet(d, "")
			before := h.keep()
			h.withdraw(d, id)
			h.meet(d, "")
			after := h.keep()
			h.goBack(before)
			h.step(id) // so that the withdrawal comes too late in this life
			h.meet(d, "")
			h.goBack(after)
			h.meet(d, "")
		},
		"the clock ran ahead when the line was silent": func(h *tale) {
			d := h.devices[0]
			h.meet(d, "")
			d.jump = 72 * 3600e9
			h.file(d)
			h.meet(d, "", lost)
			d.jump = 0
		},
		"a piece of a file comes twice": func(h *tale) {
			h.large(h.devices[0])
			h.meet(h.devices[0], files, fine, twice, twice)
		},
		"the portal clears a file away that nobody referred to in time": func(h *tale) {
			d := h.devices[0]
			h.meet(d, "")
			h.file(d)
			for range 7 {
				h.meet(d, pushes, lost)
			}
			h.must(h.portal.clearFiles(h.ctx))
			h.meet(d, "")
		},
		"the line is silent for days": func(h *tale) {
			d := h.devices[0]
			h.meet(d, "")
			h.file(d)
			d.link.cut = true
			for range 24 {
				wait, _ := d.sync.Round(h.ctx)
				h.must(h.boundedWait(wait))
				h.at = h.at.Add(wait)
			}
		},
		"a session is too weak for what was prepared in a strong one": func(h *tale) {
			d := h.devices[0]
			id := h.file(d)
			h.must(h.enterWeakly(d, akno.Email, session.ByEmail))
			h.meet(d, "")
			if apps, err := h.portal.apps(h.ctx, h.account); err != nil || apps[id] != nil {
				h.t.Fatalf("I11: %s was taken in a weak session (%v)", id, err)
			}
		},
		"a withdrawal that was refused is judged anew in another life": func(h *tale) {
			d := h.devices[0]
			id := h.file(d)
			h.meet(d, "")
			before := h.keep()
			h.withdraw(d, id)
			h.meet(d, "")
			after := h.keep()
			h.goBack(before)
			h.step(id)
			h.meet(d, "")
			h.meet(d, "")
			h.goBack(after)
			h.meet(d, "")
		},
		"an order is paid twice, and both are told twice": func(h *tale) {
			d := h.devices[0]
			id := h.costly(d)
			v, err := d.drafts.Open(h.ctx, id)
			h.must(err)
			for range 2 {
				n := h.pay(v.Order)
				h.must(h.tell(h.ctx, n))
				h.must(h.tell(h.ctx, n))
				h.holds()
			}
			_, err = d.drafts.RefreshOrder(h.ctx, id)
			h.must(err)
			h.must(d.finalise(h.ctx, id))
			h.must(h.handedOver(h.ctx, d, id))
		},
		"one number of an operation is stated for two applications": func(h *tale) {
			d := h.devices[0]
			h.proven(d, "100001")
			h.proven(d, "100001")
			h.meet(d, "")
		},
		"the session is over when somebody sees to a refusal over money": func(h *tale) {
			d := h.devices[0]
			h.proven(d, "100001")
			h.proven(d, "100001")
			h.meet(d, "")
			h.years()
		},
		"the order is not in the copy that the portal is restored from": func(h *tale) {
			d := h.devices[0]
			h.meet(d, "")
			before := h.keep()
			h.proven(d, "100001")
			h.meet(d, "")
			h.goBack(before)
			h.costly(h.devices[1]) // gets the next code
			h.meet(d, "")
		},
		"an official writes while an application is looked at": func(h *tale) {
			d, other := h.devices[0], h.devices[1]
			h.meet(other, "")
			h.file(d)
			h.portal.meanwhile = func() {
				h.portal.meanwhile = nil
				h.notes1(1, false)
				_ = other.sync.Now(h.ctx)
			}
			h.meet(d, "")
			h.meet(other, "")
		},
	} {
		t.Run(name, func(t *testing.T) { tell(t, fn) })
	}
}

// takenBack tries to take an application back after an exchange that went wrong.
func takenBack(h *tale, how fault) {
	h.t.Helper()
	d := h.devices[0]
	h.meet(d, "")
	id := h.file(d)
	h.meet(d, pushes, how)
	if _, err := d.drafts.Unqueue(h.ctx, id); err == nil {
		h.drafts[id].handed = nil
	}
}

// TestADeathAtAnyCommitLosesNothing kills the program, and the portal, at each
// commit of an exchange in turn, before it and after it.
func TestADeathAtAnyCommitLosesNothing(t *testing.T) {
	for n := 1; n <= 9; n++ {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprint("program ", n, after), func(t *testing.T) {
				tell(t, func(h *tale) {
					d := h.devices[0]
					h.notes1(1, false)
					h.meet(d, "")
					h.notes1(2, false)
					id := h.file(d)
					d.fuse.arm(n, after)
					h.meet(d, "")
					if _, err := d.drafts.Unqueue(h.ctx, id); err == nil {
						h.drafts[id].handed = nil
					}
				})
			})
			t.Run(fmt.Sprint("program with requests in a row ", n, after), func(t *testing.T) {
				tell(t, func(h *tale) {
					d := h.devices[0]
					h.meet(d, "")
					h.plainly(d, 4)
					h.must(d.signIn(h.ctx))
					d.fuse.arm(n, after)
					h.meet(d, "")
				})
			})
			t.Run(fmt.Sprint("portal ", n, after), func(t *testing.T) {
				tell(t, func(h *tale) {
					d := h.devices[0]
					h.meet(d, "")
					h.file(d)
					h.portal.fuse.arm(n, after)
					h.meet(d, "")
				})
			})
		}
	}
}
