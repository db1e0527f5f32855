package app

import (
	"bytes"
	"context"
	"io"
	"strconv"
	"sync"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/canon"
	"akno/backend/akno/workdays"
	deskwork "akno/backend/desktop/desk"
	"akno/backend/desktop/session"
	"akno/backend/desktop/signer"
)

// Desk is the bound type of a body's reviewers.
type Desk struct {
	a *App
	c *core

	shownMu sync.Mutex
	shown   map[string]string // by proposal: SHA-256 of the document that the page was given
}

var _ deskSurface = (*Desk)(nil)

// Queue returns a page of a queue, nearest deadline first.
func (d *Desk) Queue(queue, search, cursor string) (out DeskPage, err error) {
	defer d.a.guard("desk.Queue", &err)
	ctx, cancel, err := d.c.calling()
	if err != nil {
		return out, err
	}
	defer cancel()
	p, err := d.c.desk.Queue(ctx, queue, search, cursor)
	if err != nil {
		return out, err
	}
	out = DeskPage{
		Items: make([]DeskItem, 0, len(p.Items)), Incoming: p.Counts.Incoming, Review: p.Counts.Review,
		Clarification: p.Counts.Clarification, Decision: p.Counts.Decision, Done: p.Counts.Done,
	}
	if p.Next != nil {
		out.Next = *p.Next
	}
	for _, i := range p.Items {
		out.Items = append(out.Items, DeskItem{
			ID: i.Id, Procedure: i.Procedure, Title: d.c.title(i.Procedure), Applicant: i.Applicant, Status: i.Status,
			SubmittedAt: millis(i.SubmittedAt), Deadline: told(i.Deadline), DaysLeft: d.c.workdaysLeft(told(i.Deadline)),
			RegistrationNumber: told(i.RegistrationNumber), Assignee: told(i.Assignee),
			Proposed: i.Proposed != nil && *i.Proposed, Paid: told(i.Paid),
		})
	}
	return out, nil
}

// Get returns an application with all that was filed.
func (d *Desk) Get(id string) (out DeskView, err error) {
	defer d.a.guard("desk.Get", &err)
	ctx, cancel, err := d.c.calling()
	if err != nil {
		return out, err
	}
	defer cancel()
	return d.view(d.c.desk.Get(ctx, id))
}

// Act takes a step of the review.
func (d *Desk) Act(id string, c DeskCommand) (out DeskView, err error) {
	defer d.a.guard("desk.Act", &err)
	ctx, cancel, err := d.c.calling()
	if err != nil {
		return out, err
	}
	defer cancel()
	v, err := version(c.Version)
	if err != nil {
		return out, err
	}
	return d.view(d.c.desk.Act(ctx, id, deskwork.Step{Event: c.Event, Outcome: c.Outcome, Text: c.Text, Ground: c.Ground, Version: v}))
}

// Keep keeps what is being written about an application.
func (d *Desk) Keep(id string, writings []DeskWriting) (err error) {
	defer d.a.guard("desk.Keep", &err)
	ctx, cancel, err := d.c.calling()
	if err != nil {
		return err
	}
	defer cancel()
	list := make([]deskwork.Writing, 0, len(writings))
	for _, w := range writings {
		list = append(list, deskwork.Writing(w))
	}
	return d.c.desk.Keep(ctx, id, list)
}

// BeginDecide signs the proposed decision as it was shown; the password of the
// body's key follows.
func (d *Desk) BeginDecide(id, proposal, keyID string) (out Ticket, err error) {
	defer d.a.guard("desk.BeginDecide", &err)
	if err := d.c.opened(); err != nil {
		return out, err
	}
	d.shownMu.Lock()
	shown := d.shown[proposal]
	d.shownMu.Unlock()
	return d.a.secrets.password("decide", func(ctx context.Context, password []byte) (any, error) {
		return d.view(d.c.desk.Decide(ctx, id, proposal, shown, keyID, password))
	})
}

// SaveFile saves a file of an application.
func (d *Desk) SaveFile(id, file string) (name string, err error) {
	const op = "desk.SaveFile"
	defer d.a.guard(op, &err)
	ctx, cancel, err := d.c.calling()
	if err != nil {
		return "", err
	}
	defer cancel()
	v, err := d.c.desk.Get(ctx, id)
	if err != nil {
		return "", err
	}
	for _, f := range v.Files() {
		if f.SHA256 != file {
			continue
		}
		data, err := d.c.desk.File(ctx, id, f)
		if err != nil {
			return "", err
		}
		return d.a.platform.SaveFile(FileQuestion{Name: f.Name}, func(w io.Writer) error {
			_, err := w.Write(data)
			return err
		})
	}
	return "", &akno.Error{Code: akno.NotFound, Op: op}
}

// show remembers which document of a proposal the page was given.
func (d *Desk) show(proposal, sum string) {
	const most = 500 // proposals of a working day
	d.shownMu.Lock()
	defer d.shownMu.Unlock()
	if d.shown == nil || len(d.shown) >= most {
		d.shown = map[string]string{}
	}
	d.shown[proposal] = sum
}

// view is an application as the page reads it.
func (d *Desk) view(v deskwork.View, err error) (DeskView, error) {
	if err != nil {
		return DeskView{}, err
	}
	a := v.Application
	out := DeskView{
		Item: DeskItem{
			ID: a.Id, Procedure: a.Procedure, Title: d.c.title(a.Procedure), Applicant: v.Filed.Applicant.Name, Status: a.Status,
			Deadline: told(a.Deadline), DaysLeft: d.c.workdaysLeft(told(a.Deadline)),
			RegistrationNumber: told(a.RegistrationNumber), Assignee: told(v.Assignee), Proposed: v.Proposal != nil,
		},
		Version: strconv.FormatInt(a.Version, 10), Applicant: personOf(session.PersonOf(&v.Applicant)),
		Groups: answerGroups(v.Filed), Files: []FileInfo{}, History: []HistoryLine{}, Questions: []QuestionView{},
		Allowed: append([]string{}, v.Allowed...), Written: []DeskWriting{},
	}
	for _, w := range v.Written {
		out.Written = append(out.Written, DeskWriting(w))
	}
	if a.SubmittedAt != nil {
		out.Item.SubmittedAt = millis(*a.SubmittedAt)
	}
	for _, f := range v.Files() {
		if f.Role == deskwork.RoleAnswer {
			continue // shown with its question
		}
		info := d.file(a.Id, f)
		switch f.Role {
		case deskwork.RoleDocument:
			out.Document = info
		case deskwork.RoleProposal:
			out.Proposal.Document = info
		case deskwork.RoleDecision:
			out.Decision.Document = info
		case deskwork.RoleSignature:
			out.Decision.Signature = info
		default:
			out.Files = append(out.Files, info)
		}
	}
	for _, h := range a.History {
		out.History = append(out.History, HistoryLine{
			At: millis(h.At), Event: h.Event, Status: h.Status, Actor: string(h.Actor), Text: told(h.Text),
		})
	}
	for _, q := range a.Questions {
		view := QuestionView{ID: q.Id, AskedAt: millis(q.AskedAt), Text: q.Text, DueDate: q.DueDate, Answer: told(q.Answer), Files: []FileInfo{}}
		if q.AnsweredAt != nil {
			view.AnsweredAt = millis(*q.AnsweredAt)
		}
		if q.Files != nil {
			for _, f := range *q.Files {
				view.Files = append(view.Files, d.file(a.Id, deskwork.FileOf(f, deskwork.RoleAnswer)))
			}
		}
		out.Questions = append(out.Questions, view)
	}
	if p := v.Proposal; p != nil {
		d.show(p.Id, p.Document.Sha256)
		out.Proposal.ID, out.Proposal.Outcome, out.Proposal.Text = p.Id, string(p.Outcome), p.Text
		out.Proposal.Ground, out.Proposal.ProposedAt, out.Proposal.ProposedBy = told(p.Ground), millis(p.ProposedAt), p.ProposedBy
	}
	if dec := a.Decision; dec != nil {
		out.Decision.Outcome, out.Decision.At, out.Decision.Number = string(dec.Outcome), millis(dec.At), dec.Number
	}
	if v.Own != nil {
		out.Own = d.c.verdictView(*v.Own)
	}
	if r := v.Report; r != nil {
		out.Portal = VerdictView{Verdict: string(r.Verdict), Reason: told(r.Reason), Level: told(r.Level), Signer: told(r.Signer), CheckedAt: millis(r.CheckedAt)}
	}
	if o := a.Order; o != nil {
		out.Order.Code, out.Order.Amount, out.Order.Status = o.Code, o.Amount, string(o.Status)
		out.Order.Transaction = told(o.Transaction)
	}
	if p := v.Filed.Payment; p != nil {
		out.Order.Stated = p.Operation
	}
	return out, nil
}

// file is a file on the portal; it is fetched when the page first asks.
func (d *Desk) file(application string, f deskwork.File) FileInfo {
	url := d.a.files.add(func() (io.ReadSeekCloser, error) {
		ctx, cancel, err := d.c.calling()
		if err != nil {
			return nil, err
		}
		defer cancel()
		data, err := d.c.desk.File(ctx, application, f)
		if err != nil {
			return nil, err
		}
		return octets{bytes.NewReader(data)}, nil
	}, f.MediaType, f.Name)
	return FileInfo{ID: f.SHA256, Name: f.Name, MediaType: f.MediaType, Size: int(f.Size), SHA256: f.SHA256, URL: url}
}

// octets are a file held in memory.
type octets struct{ *bytes.Reader }

// Close implements io.Closer.
func (octets) Close() error { return nil }

// octets shows data to the page as a file.
func (a *App) octets(data []byte, mediaType, name string) FileInfo {
	sum := canon.Hash(data)
	url := a.files.add(func() (io.ReadSeekCloser, error) { return octets{bytes.NewReader(data)}, nil }, mediaType, name)
	return FileInfo{ID: sum, Name: name, MediaType: mediaType, Size: len(data), SHA256: sum, URL: url}
}

// answerGroups are the answers as they were signed.
func answerGroups(s canon.Submission) []AnswerGroup {
	out := make([]AnswerGroup, 0, len(s.Sections))
	for _, section := range s.Sections {
		g := AnswerGroup{Step: section.ID, Title: section.Title, Lines: []AnswerLine{}}
		for _, a := range section.Answers {
			g.Lines = append(g.Lines, AnswerLine{Field: a.Field, Label: a.Label, Value: a.Text})
			for i, row := range a.Rows {
				for _, cell := range row {
					g.Lines = append(g.Lines, AnswerLine{
						Field: a.Field + "[" + strconv.Itoa(i) + "]." + cell.Field, Label: strconv.Itoa(i+1) + ". " + cell.Label, Value: cell.Text,
					})
				}
			}
		}
		out = append(out, g)
	}
	return out
}

// verdictView is a verification as the page reads it. Without a network it was
// made by the lists at hand, which is a state of its own.
func (c *core) verdictView(v signer.Verdict) VerdictView {
	return VerdictView{
		Rung: string(v.Rung), Code: string(v.Code), Verdict: v.Verdict, Reason: v.Reason, Level: v.Level, Signer: v.Signer, Owner: v.Organisation,
		Serial: v.Serial, SignedAt: moment(v.SignedAt), StampedAt: moment(v.StampedAt), CheckedAt: moment(v.CheckedAt),
		Offline: c.portal.Offline(), ListFrom: moment(v.ListFrom), ListUntil: moment(v.ListUntil), IssuedBy: v.IssuedBy, ValidUntil: moment(v.ValidUntil),
	}
}

// told is a text that the portal may leave out.
func told[S ~string](s *S) string {
	if s == nil {
		return ""
	}
	return string(*s)
}

// millis is a time of the wire as the page reads it.
func millis(ms int64) string { return moment(time.UnixMilli(ms)) }

// workdaysLeft is how many working days lie between today and day; negative
// when it is past.
func (c *core) workdaysLeft(day string) int {
	d, err := workdays.Parse(day)
	if err != nil {
		return 0
	}
	return c.calendar.Between(workdays.Of(c.a.now()), d)
}
