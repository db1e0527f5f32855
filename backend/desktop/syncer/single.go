package syncer

import (
	"context"
	"encoding/json"

	"akno/backend/akno"
	"akno/backend/portalapi"
)

// A portal of an earlier version takes commands one by one, each at an address of
// its own.

// pushOne sends one command that was noted as leaving. It returns an error only
// when the round has to end; what became of the command is in its row.
func (s *Syncer) pushOne(ctx context.Context, account, epoch string, q Queued) error {
	answer, err := s.send(ctx, q)
	if err != nil {
		return s.failed(ctx, q, err)
	}
	s.note(nil)
	body, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	return s.done(ctx, account, epoch, []string{q.OpID}, []Entity{answered(body)}, nil)
}

// send sends the command as it was queued. The answer must be about its
// application, whatever else it says.
func (s *Syncer) send(ctx context.Context, q Queued) (*portalapi.Application, error) {
	var answer *portalapi.Application
	var err error
	switch q.Kind {
	case Submit:
		answer, err = sendAs(q, func(b portalapi.SubmissionRequest) (*portalapi.Application, error) {
			return s.o.Portal.SubmitApplication(ctx, b)
		})
	case Answer:
		answer, err = sendAs(q, func(b portalapi.AnswerCommand) (*portalapi.Application, error) {
			return s.o.Portal.AnswerQuestion(ctx, q.Target, b)
		})
	case Withdraw:
		answer, err = sendAs(q, func(b portalapi.VersionedCommand) (*portalapi.Application, error) {
			return s.o.Portal.WithdrawApplication(ctx, q.Target, b)
		})
	case OpenDecision:
		answer, err = sendAs(q, func(b portalapi.VersionedCommand) (*portalapi.Application, error) {
			return s.o.Portal.OpenDecision(ctx, q.Target, b)
		})
	default: // queued by a newer version of this program
		return nil, &akno.Error{Code: akno.WrongState, Op: "syncer.send"}
	}
	if err != nil {
		return nil, err
	}
	if answer.Id != q.Target {
		return nil, &akno.Error{Code: akno.Unavailable, Op: "syncer.send", Err: errNotEchoed}
	}
	return answer, nil
}

func sendAs[T any](q Queued, call func(T) (*portalapi.Application, error)) (*portalapi.Application, error) {
	var body T
	if err := json.Unmarshal(q.Body, &body); err != nil {
		return nil, &akno.Error{Code: akno.WrongState, Op: "syncer.send", Err: err}
	}
	return call(body)
}
