package app

import (
	"context"
	"io"
	"strconv"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/desktop/cabinet"
	"akno/backend/desktop/draft"
	"akno/backend/desktop/signer"
	"akno/backend/desktop/syncer"
)

// applicationSummary is an application as a line of the list.
func (w *work) applicationSummary(a cabinet.Summary) ApplicationSummary {
	return ApplicationSummary{
		ID: a.ID, Procedure: a.Procedure, Title: w.c.title(a.Procedure), Status: a.Status, ChangedAt: moment(a.ChangedAt),
		SubmittedAt: moment(a.SubmittedAt), Deadline: a.Deadline, DecidedAt: moment(a.DecidedAt), RegistrationNumber: a.RegistrationNumber,
		Task: string(a.Task), TaskDue: a.TaskDue, Failure: string(a.Failure),
	}
}

// applicationView is an application's card as the page reads it.
func (w *work) applicationView(ctx context.Context, id string) (ApplicationView, error) {
	c, err := w.cabinet.Get(ctx, id)
	if err != nil {
		return ApplicationView{}, err
	}
	out := ApplicationView{
		Summary: w.applicationSummary(c.Summary), Card: w.cardOf(c.Summary.Procedure), Files: []FileInfo{},
		History: []HistoryLine{}, Questions: []QuestionView{}, Withdraw: c.Withdraw, Unqueue: c.Unqueue,
		Errors: []FieldError{}, Version: strconv.FormatInt(c.Portal.Version, 10),
		Order: OrderView{Status: draft.OrderNone, Groups: []string{}},
	}
	out.Body = out.Card.Body
	if name := c.Portal.Body.Name; name.Ru != "" {
		out.Body = Text{Ru: name.Ru, Be: told(name.Be), En: told(name.En)}
	}
	if c.Sent != nil {
		w.sentView(&out, c)
	}
	w.portalView(&out, c)
	if err := w.keptAnswers(ctx, &out); err != nil {
		return out, err
	}
	d, here, err := w.cabinet.CheckDecision(ctx, c)
	if err != nil {
		return out, err
	}
	var verdict *signer.Verdict
	if here {
		verdict = &d.Verdict
	}
	out.Decision = w.decisionView(c, verdict)
	return out, nil
}

// sentView puts in what was handed over from this computer.
func (w *work) sentView(out *ApplicationView, c cabinet.Card) {
	out.Signer, out.Document = c.Sent.Signer, w.file(c.Sent.Document)
	v := c.Sent.View
	if v.Form == nil { // of a form that this version of the program has no more
		return
	}
	out.Order = w.orderView(v)
	for _, a := range v.Form.Attachments(v.State) {
		out.Files = append(out.Files, w.file(a.File))
	}
	if c.Sent.Order.Receipt.ID != "" {
		out.Files = append(out.Files, w.file(c.Sent.Order.Receipt))
	}
	out.Errors = fieldErrors(v.Named(c.Errors()))
}

// portalView puts in what the portal says.
func (w *work) portalView(out *ApplicationView, c cabinet.Card) {
	p := c.Portal
	if c.Sent == nil {
		if p.Document != nil {
			out.Document = w.portalFile(p.Document.Sha256, p.Document.Size, p.Document.MediaType, p.Document.Name)
		}
		for _, f := range p.Files {
			out.Files = append(out.Files, w.portalFile(f.Sha256, f.Size, f.MediaType, f.Name))
		}
	}
	if o := p.Order; o != nil && out.Order.Code == "" {
		out.Order.Code, out.Order.Amount, out.Order.BaseValue, out.Order.Status = o.Code, o.Amount, o.BaseValue, string(o.Status)
		out.Order.EripLink, out.Order.Transaction, out.Order.Demo = o.EripLink, told(o.Transaction), demoCode(o.Code)
		out.Order.ProofReady = out.Order.Status == draft.OrderPaid
	}
	for _, h := range p.History {
		out.History = append(out.History, HistoryLine{At: millis(h.At), Event: h.Event, Status: h.Status, Actor: string(h.Actor), Text: told(h.Text)})
	}
	for _, q := range p.Questions {
		view := QuestionView{ID: q.Id, AskedAt: millis(q.AskedAt), Text: q.Text, DueDate: q.DueDate, Answer: told(q.Answer), Files: []FileInfo{}}
		if q.AnsweredAt != nil {
			view.AnsweredAt = millis(*q.AnsweredAt)
		}
		if q.Files != nil {
			for _, f := range *q.Files {
				view.Files = append(view.Files, w.portalFile(f.Sha256, f.Size, f.MediaType, f.Name))
			}
		}
		out.Questions = append(out.Questions, view)
	}
}

// keptAnswers puts what was prepared into the questions that wait.
func (w *work) keptAnswers(ctx context.Context, out *ApplicationView) error {
	for i := range out.Questions {
		q := &out.Questions[i]
		if q.AnsweredAt != "" {
			continue
		}
		text, files, err := w.cabinet.KeptAnswer(ctx, out.Summary.ID, q.ID)
		if err != nil {
			return err
		}
		q.Answer = text
		for _, f := range files {
			q.Files = append(q.Files, w.c.fileInfo(f))
		}
	}
	return nil
}

// decisionView is the decision of an application with the verdict about its
// signature, nil when it was not checked yet.
func (w *work) decisionView(c cabinet.Card, verdict *signer.Verdict) DecisionView {
	d := c.Portal.Decision
	if d == nil {
		return DecisionView{}
	}
	out := DecisionView{
		Outcome: string(d.Outcome), At: millis(d.At), Number: d.Number,
		Document:  w.portalFile(d.Document.Sha256, d.Document.Size, d.Document.MediaType, d.Document.Name),
		Signature: w.portalFile(d.Signature.Sha256, d.Signature.Size, d.Signature.MediaType, d.Signature.Name),
	}
	if d.OpenedAt != nil {
		out.OpenedAt = millis(*d.OpenedAt)
	}
	for _, q := range c.Waiting {
		if q.Kind == syncer.OpenDecision && out.OpenedAt == "" {
			out.OpenedAt = moment(q.QueuedAt)
		}
	}
	if verdict != nil {
		out.Verdict = w.c.verdictView(*verdict)
	}
	if p, ok := w.c.catalogue.Procedure(c.Portal.Procedure); ok {
		out.Complaint = p.ComplaintViaPortal && string(d.Outcome) != string(akno.Granted)
	}
	return out
}

// fetching is how long the page may wait for a file that is not here yet.
const fetching = time.Minute

// portalFile is a file that the portal has; one that is not here is fetched when
// the page asks for it.
func (w *work) portalFile(sum string, size int64, mediaType, name string) FileInfo {
	if w.c.store.Blobs().Has(sum) {
		return w.file(form.File{ID: sum, Name: name, MIME: mediaType, Size: size, SHA256: sum})
	}
	fetch := func() (io.ReadSeekCloser, error) {
		ctx, cancel := context.WithTimeout(w.a.ctx, fetching)
		defer cancel()
		if err := w.sync.Fetch(ctx, sum, size); err != nil {
			return nil, err
		}
		return w.c.store.Blobs().Open(sum)
	}
	url := w.address("portal\x00"+sum+"\x00"+name, func() string { return w.a.files.add(fetch, mediaType, name) })
	return FileInfo{ID: sum, Name: name, MediaType: mediaType, Size: int(size), SHA256: sum, URL: url}
}
