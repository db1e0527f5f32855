package cabinet

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/desktop/attach"
	"akno/backend/desktop/store"
	"akno/backend/desktop/syncer"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/portalapi"
)

const (
	maxAnswer      = 4000 // code points
	maxReason      = 2000
	maxAnswerFiles = 15
	answerFile     = 10 << 20 // octets
)

// pickedSetting is where the files that were picked for an answer are kept until
// it is given.
func pickedSetting(id, question string) string { return "answer." + id + "." + question }

// typedSetting is where the text of an answer is kept while it is typed.
func typedSetting(id, question string) string { return "typed." + id + "." + question }

// KeepAnswer keeps the text of an answer as it stands; it is on disk when the
// call returns.
func (s *Service) KeepAnswer(ctx context.Context, id, question, text string) error {
	const op = "cabinet.KeepAnswer"
	if _, _, err := s.question(ctx, op, id, question); err != nil {
		return err
	}
	if utf8.RuneCountInString(text) > 4*maxAnswer {
		return &akno.Error{Code: akno.TooLarge, Op: op}
	}
	return s.o.DB.SetSetting(ctx, typedSetting(id, question), text)
}

// KeptAnswer returns what was prepared for an answer that the portal has not
// taken: one that it refused is changed and given again, not written anew.
func (s *Service) KeptAnswer(ctx context.Context, id, question string) (text string, files []form.File, err error) {
	err = s.o.DB.Read(ctx, func(tx dbx.Tx) error {
		return errors.Join(
			store.Setting(ctx, tx, typedSetting(id, question), &text),
			store.Setting(ctx, tx, pickedSetting(id, question), &files),
		)
	})
	return text, files, err
}

// AddAnswerFiles takes copies of files for the answer to a question and returns
// all that are picked for it. A file that cannot be taken stops the call with
// its reason; the others before it are kept.
func (s *Service) AddAnswerFiles(ctx context.Context, id, question string, paths []string) ([]form.File, error) {
	const op = "cabinet.AddAnswerFiles"
	if _, _, err := s.question(ctx, op, id, question); err != nil {
		return nil, err
	}
	var picked []form.File
	for i, path := range append([]string{""}, paths...) {
		var f form.File
		var err error
		if i > 0 {
			if f, err = s.taker.Take(path, attach.Limits{Bytes: answerFile}); err != nil {
				return picked, err
			}
		}
		err = s.o.DB.Write(ctx, func(tx dbx.Tx) error {
			picked = nil
			if err := store.Setting(ctx, tx, pickedSetting(id, question), &picked); err != nil || i == 0 {
				return err
			}
			if slices.ContainsFunc(picked, func(had form.File) bool { return had.SHA256 == f.SHA256 }) {
				return nil
			}
			if len(picked) >= maxAnswerFiles {
				return &akno.Error{Code: akno.TooLarge, Op: op}
			}
			picked = append(picked, f)
			return store.SetSetting(ctx, tx, pickedSetting(id, question), picked)
		})
		if err != nil {
			return picked, err
		}
	}
	return picked, nil
}

// question finds a question that waits for an answer.
func (s *Service) question(ctx context.Context, op, id, question string) (Card, portalapi.Question, error) {
	c, err := s.Get(ctx, id)
	if err != nil {
		return c, portalapi.Question{}, err
	}
	for _, q := range c.Portal.Questions {
		if q.Id != question {
			continue
		}
		if q.AnsweredAt != nil || !answerable(akno.Status(c.Portal.Status)) {
			return c, q, &akno.Error{Code: akno.WrongState, Op: op}
		}
		return c, q, nil
	}
	return c, portalapi.Question{}, &akno.Error{Code: akno.NotFound, Op: op}
}

// answerable says whether questions wait in status st. After a payment that was
// not found the body's question about it is answered with a new proof.
func answerable(st akno.Status) bool {
	return st.Allows(akno.EventAnswer, akno.ByCitizen) || st == akno.PaymentRejected
}

// Answer answers a question of the body, with those of the picked files whose
// ids are given. The answer waits in the outbox when there is no network.
func (s *Service) Answer(ctx context.Context, id, question, text string, files []string) error {
	const op = "cabinet.Answer"
	c, _, err := s.question(ctx, op, id, question)
	if err != nil {
		return err
	}
	text = strings.TrimSpace(text)
	if n := utf8.RuneCountInString(text); n == 0 || n > maxAnswer {
		code := form.Required
		if n > 0 {
			code = form.MaxLen
		}
		return &akno.Error{Code: akno.Invalid, Op: op, Fields: map[string]string{"text": string(code)}}
	}
	var picked []form.File
	if err := s.o.DB.Setting(ctx, pickedSetting(id, question), &picked); err != nil {
		return err
	}
	body := portalapi.AnswerCommand{OpId: ids.New(s.o.Now()), Version: c.Portal.Version, QuestionId: question, Text: text, Files: []portalapi.FileRef{}}
	cmd := syncer.Command{OpID: body.OpId, Kind: syncer.Answer, Target: id}
	for _, want := range files {
		i := slices.IndexFunc(picked, func(f form.File) bool { return f.ID == want })
		if i < 0 {
			return &akno.Error{Code: akno.NotFound, Op: op, Fields: map[string]string{"files": string(form.BadFile)}}
		}
		f := picked[i]
		body.Files = append(body.Files, portalapi.FileRef{Sha256: f.SHA256, Size: f.Size, MediaType: f.MIME, Name: f.Name})
		cmd.Files = append(cmd.Files, syncer.File{SHA256: f.SHA256, Size: f.Size})
	}
	return s.queue(ctx, cmd, body, func(tx dbx.Tx) error {
		return store.SetSetting(ctx, tx, typedSetting(id, question), text)
	})
}

// ApplyChange forgets what was prepared for the answers that the portal has
// taken, within the transaction in which the syncer stores the record.
func (s *Service) ApplyChange(ctx context.Context, tx dbx.Tx, e syncer.Entity) error {
	if e.Kind != syncer.KindApplication || e.Body == nil {
		return nil
	}
	for _, q := range decode(e).Questions {
		if q.AnsweredAt == nil {
			continue
		}
		_, err := tx.Exec(ctx, `DELETE FROM setting WHERE name IN (?, ?)`, pickedSetting(e.ID, q.Id), typedSetting(e.ID, q.Id))
		if err != nil {
			return err
		}
	}
	return nil
}

// queue puts a command into the outbox, in place of a refused one of the same
// kind, together with its effect on this computer.
func (s *Service) queue(ctx context.Context, cmd syncer.Command, body any, effect func(tx dbx.Tx) error) error {
	var err error
	if cmd.Body, err = json.Marshal(body); err != nil {
		return err
	}
	cmd.Account = s.o.Sync.Account()
	err = s.o.DB.Write(ctx, func(tx dbx.Tx) error {
		waiting, err := syncer.PendingOf(ctx, tx, cmd.Target)
		if err != nil {
			return err
		}
		for _, q := range waiting {
			if q.Kind != cmd.Kind {
				continue
			}
			if !q.Rejected {
				return &akno.Error{Code: akno.WrongState, Op: "cabinet.queue"} // asked for already
			}
			if err := syncer.Drop(ctx, tx, q.OpID); err != nil {
				return err
			}
		}
		if err := syncer.Queue(ctx, tx, cmd, s.o.Now()); err != nil || effect == nil {
			return err
		}
		return effect(tx)
	})
	if err == nil {
		s.o.Sync.Nudge()
	}
	return err
}

// Withdraw takes an application back, at any time before the decision.
func (s *Service) Withdraw(ctx context.Context, id, reason string) error {
	const op = "cabinet.Withdraw"
	c, err := s.Get(ctx, id)
	if err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	if utf8.RuneCountInString(reason) > maxReason {
		return &akno.Error{Code: akno.Invalid, Op: op, Fields: map[string]string{"reason": string(form.MaxLen)}}
	}
	if !c.Withdraw {
		return &akno.Error{Code: akno.WrongState, Op: op}
	}
	body := portalapi.VersionedCommand{OpId: ids.New(s.o.Now()), Version: c.Portal.Version}
	if reason != "" {
		body.Text = &reason
	}
	return s.queue(ctx, syncer.Command{OpID: body.OpId, Kind: syncer.Withdraw, Target: id}, body, nil)
}
