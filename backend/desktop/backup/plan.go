package backup

import (
	"time"

	"akno/backend/desktop/syncer"
	"akno/backend/portalapi"
)

const (
	// A draft goes to the portal when nothing was typed for quiet, and at the latest
	// often after it went before: nobody's line is filled by every keystroke.
	quiet = 3 * time.Second
	often = time.Minute
	// ahead is how far a try is ever planned; one that is further was planned by a
	// clock that ran ahead.
	ahead = syncer.LongestWait + time.Hour
)

// An Item is a draft that the lane has to look at: what is here, what is known of
// its backup in this life of the portal's database, and what the portal told last.
type Item struct {
	Draft   string
	Rev     int64
	SavedAt time.Time
	Open    bool // it is being prepared here
	Filed   bool // the portal has the application
	Waits   bool // it waits in the outbox

	Version    int64 // of the backup whose contents are here, 0 for none
	BackedRev  int64 // a revision that the portal keeps, in this life
	BackedAt   time.Time
	Owner      string // device, "" for nobody yet
	OwnerEpoch int64
	Forked     bool // what that owner wrote otherwise is kept beside already
	Attempt    int
	NextTry    time.Time

	Remote *portalapi.DraftBackup // nil where the portal has told of none
}

// A World is what the plan depends on besides the items.
type World struct {
	Now    time.Time
	Device string
	NotYet time.Time // the lane as a whole rests until then, after silence
}

// An Act is what is to be done about a draft.
type Act int

// The acts.
const (
	Store  Act = iota // put the present revision over the version that was seen
	Match             // another version is there: read it and hold it against what is here
	Yield             // another computer owns it, and nothing here is unknown to the portal
	Remove            // it is not needed any more
	Settle            // nothing
)

// A Step is one act on the version that was seen, 0 for none.
type Step struct {
	Draft string
	Act   Act
	Seen  int64
}

// Next decides what to do. It depends on its arguments only. No draft waits for
// another one. Wait is how long until the plan changes by itself, 0 for never.
func Next(items []Item, w World) (steps []Step, wait time.Duration) {
	var wake time.Time
	for _, i := range items {
		step := i.step(w.Device)
		due := i.NextTry
		if step.Act == Store {
			due = latest(due, i.storable())
		}
		if step.Act != Settle && step.Act != Yield { // these ask nobody
			due = latest(due, w.NotYet)
		}
		if due.After(w.Now) && due.Sub(w.Now) <= ahead {
			if wake.IsZero() || due.Before(wake) {
				wake = due
			}
			continue
		}
		steps = append(steps, step)
	}
	if !wake.IsZero() {
		wait = max(wake.Sub(w.Now), time.Millisecond)
	}
	return steps, wait
}

// step is what a draft needs now.
func (i Item) step(device string) Step {
	remote := i.Remote
	if remote != nil && remote.Version <= i.Version {
		remote = nil // what is known here is as new
	}
	owner, seen := i.Owner, i.Version
	if remote != nil {
		owner, seen = remote.OwnerDevice, remote.Version
	}
	switch {
	case remote != nil && owner != device && i.yields(remote):
		return Step{i.Draft, Yield, seen}
	case remote != nil && i.Open && !i.Filed:
		return Step{i.Draft, Match, seen}
	case owner != "" && owner != device:
		return Step{i.Draft, Settle, seen}
	case !i.Open && !i.Waits && seen > 0, i.Filed && seen > 0:
		return Step{i.Draft, Remove, seen}
	case i.Open && !i.Filed && i.Rev > i.BackedRev:
		return Step{i.Draft, Store, seen}
	}
	return Step{i.Draft, Settle, seen}
}

// yields says whether another computer's ownership is taken note of without
// reading what it wrote: nothing here is unknown to the portal, or what it wrote
// otherwise is kept already.
func (i Item) yields(remote *portalapi.DraftBackup) bool {
	known := i.Owner == remote.OwnerDevice && i.OwnerEpoch == remote.OwnerEpoch
	return known && i.Forked || i.Rev <= i.BackedRev || !i.Open
}

// storable is when the present revision may go.
func (i Item) storable() time.Time {
	at, latest := i.SavedAt.Add(quiet), i.BackedAt.Add(often)
	if latest.Before(at) {
		return latest
	}
	return at
}

func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
