package intake

import (
	"context"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
	"akno/backend/portal/application"
	"akno/backend/portal/audit"
	"akno/backend/portal/mail"
	"akno/backend/portalapi"
)

// batch is how many applications one transaction of the upkeep touches.
const batch = 100

// Upkeep does what is due without a person: a question that was not answered in
// its time goes back to the review, a delivered decision is archived after the
// term of complaint. It returns how many applications it moved.
func (s *Service) Upkeep(ctx context.Context) (int, error) {
	total := 0
	for {
		n := 0
		err := s.DB.Write(ctx, func(tx dbx.Tx) error {
			now := s.Clock()
			due, err := application.Due(ctx, tx, now, batch)
			n = len(due)
			if err != nil {
				return err
			}
			for _, r := range due {
				if err := timeout(ctx, tx, r, now); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return total, err
		}
		if total += n; n < batch {
			return total, nil
		}
	}
}

func timeout(ctx context.Context, tx dbx.Tx, r *application.Record, now time.Time) error {
	step := application.Step{
		Event: akno.EventArchive, To: akno.Archived, Actor: akno.BySystem, Shown: portalapi.HistoryEntryActorSystem,
	}
	cause := application.Cause{Actor: audit.System, Event: akno.EventArchive}
	if r.Status() == akno.Clarification {
		step.Event, step.To = akno.EventClarificationTimeout, akno.InReview
		cause.Event, cause.Letter = akno.EventClarificationTimeout, mail.StatusChanged
	}
	r.DueAt = time.Time{}
	if err := r.Take(step, now); err != nil {
		// Nothing is due where the table has no such move; left as it is, it would
		// hold up everything that is due behind it.
		cause.Ground, cause.Letter = "nothing_due", ""
	}
	return r.Save(ctx, tx, cause, now)
}
