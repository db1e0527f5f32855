package main

import (
	"cmp"
	"fmt"
	"strings"

	"akno/backend/akno"
	"akno/backend/akno/canon"
	"akno/backend/desktop/cabinet"
	"akno/backend/desktop/draft"
	"akno/backend/desktop/signer"
	"akno/backend/desktop/syncer"
	"akno/backend/stb/pki"
)

// shownApplication is an application in an answer.
type shownApplication struct {
	ID                 string            `json:"id"`
	Procedure          string            `json:"procedure"`
	Status             string            `json:"status"`
	ChangedAt          string            `json:"changedAt,omitempty"`
	SubmittedAt        string            `json:"submittedAt,omitempty"`
	RegistrationNumber string            `json:"registrationNumber,omitempty"`
	Deadline           string            `json:"deadline,omitempty"`
	Task               string            `json:"task,omitempty"`
	TaskDue            string            `json:"taskDue,omitempty"`
	Failure            string            `json:"failure,omitempty"` // code of the refusal or of the last silence
	Errors             map[string]string `json:"errors,omitempty"`  // the portal's, on the fields
	SHA256             string            `json:"sha256,omitempty"`  // of the octets that were signed
	Signer             string            `json:"signer,omitempty"`
	Decision           *shownDecision    `json:"decision,omitempty"`
}

// shownDecision is a decision that was checked on this computer.
type shownDecision struct {
	Verdict      string `json:"verdict"`
	Reason       string `json:"reason"`
	Level        string `json:"level"`
	Signer       string `json:"signer"`
	Organisation string `json:"organisation"`
	UNP          string `json:"unp,omitempty"`
	SignedAt     string `json:"signedAt,omitempty"`
	Code         string `json:"code,omitempty"` // why it is not good
	Out          string `json:"out,omitempty"`
	Signature    string `json:"signature,omitempty"`
}

func showApplication(s cabinet.Summary) shownApplication {
	return shownApplication{
		ID: s.ID, Procedure: s.Procedure, Status: s.Status, ChangedAt: stamp(s.ChangedAt), SubmittedAt: stamp(s.SubmittedAt),
		RegistrationNumber: s.RegistrationNumber, Deadline: s.Deadline, Task: string(s.Task), TaskDue: s.TaskDue, Failure: string(s.Failure),
	}
}

func (a shownApplication) text() string {
	text := fmt.Sprintf("%s  %s  %s", a.ID, a.Procedure, a.Status)
	for _, part := range []string{a.RegistrationNumber, a.Task, a.Failure} {
		if part != "" {
			text += "  " + part
		}
	}
	if d := a.Decision; d != nil {
		text += fmt.Sprintf("\ndecision: %s %s, signed by %s, %s", d.Verdict, d.Code, d.Signer, d.Organisation)
	}
	return text
}

// synchronise signs in, pushes and pulls.
func synchronise(e *env, args []string) (int, error) {
	o := newCabinetOptions(e)
	o.begins = true
	if _, err := o.parse(args, 0, 0); err != nil {
		return exitUsage, err
	}
	return o.with(e, func(p *profile) (int, error) {
		if err := p.exchange(); err != nil {
			return exitNo, err
		}
		st, err := p.sync.State(p.ctx)
		if err != nil {
			return exitNo, err
		}
		type waiting struct {
			Application string            `json:"application"`
			Kind        syncer.Kind       `json:"kind"`
			Rejected    bool              `json:"rejected"`
			Failure     akno.Code         `json:"failure,omitempty"`
			Fields      map[string]string `json:"fields,omitempty"`
		}
		answer := struct {
			PulledAt string    `json:"pulledAt"`
			PushedAt string    `json:"pushedAt,omitempty"`
			Pending  []waiting `json:"pending"`
		}{stamp(st.PulledAt), stamp(st.PushedAt), []waiting{}}
		status, text := exitYes, "exchanged at "+answer.PulledAt
		for _, q := range st.Pending {
			answer.Pending = append(answer.Pending, waiting{q.Target, q.Kind, q.Rejected, q.Failure, q.Fields})
			text += fmt.Sprintf("\nwaits: %s of %s %s", q.Kind, q.Target, q.Failure)
			switch {
			case q.Rejected:
				status = exitNo
			case status == exitYes:
				status = exitMaybe
			}
		}
		return status, e.answer(answer, text)
	})
}

// submit signs an application and hands it over. One that the portal could not
// be told of waits in the profile for the next exchange.
func submit(e *env, args []string) (int, error) {
	o := newCabinetOptions(e)
	language := o.String("language", string(akno.Russian), "")
	return onDraft(e, o, args, func(p *profile, v draft.View) (int, error) {
		if p.keyID == "" {
			return wrongUsage("--key is missing")
		}
		online := p.signIn()
		if online != nil && !akno.Silent(akno.CodeOf(online)) {
			return exitNo, online
		}
		id := v.Row.ID
		if err := p.handOver(id, akno.Lang(*language)); err != nil {
			return exitNo, err
		}
		if online == nil {
			if err := p.sync.Now(p.ctx); err != nil && !akno.Silent(akno.CodeOf(err)) {
				return exitNo, err
			}
		}
		card, err := p.cabinet.Get(p.ctx, id)
		if err != nil {
			return exitNo, err
		}
		shown := showCard(card)
		return statusOfSubmitted(card), e.answer(shown, shown.text())
	})
}

// handOver signs exactly the octets of the preview, and queues them.
func (p *profile) handOver(id string, l akno.Lang) error {
	preview, err := p.drafts.Preview(p.ctx, id, l)
	if err != nil {
		return err
	}
	if preview.View.MustSign() {
		_, err = p.drafts.Sign(p.ctx, id, p.keyID, p.password, l, preview.Hash)
	} else {
		_, err = p.drafts.Submit(p.ctx, id, l, preview.Hash)
	}
	return err
}

// statusOfSubmitted is the exit status for an application that was handed over:
// the portal has it, has refused it, or has not answered.
func statusOfSubmitted(c cabinet.Card) int {
	switch {
	case refusedByPortal(c):
		return exitNo
	case c.Known:
		return exitYes
	}
	return exitMaybe
}

func refusedByPortal(c cabinet.Card) bool {
	for _, q := range c.Waiting {
		if q.Kind == syncer.Submit && q.Rejected {
			return true
		}
	}
	return false
}

func showCard(c cabinet.Card) shownApplication {
	out := showApplication(c.Summary)
	out.Errors = c.Errors()
	if c.Sent != nil {
		out.Signer, out.SHA256 = c.Sent.Signer, canon.Hash(c.Sent.Octets)
	}
	return out
}

func applicationStatus(e *env, args []string) (int, error) {
	o := newCabinetOptions(e)
	decision := o.String("decision", "", "")
	rest, err := o.parse(args, 0, 1)
	if err != nil {
		return exitUsage, err
	}
	if *decision != "" && len(rest) == 0 {
		return wrongUsage("--decision is for one application")
	}
	return o.with(e, func(p *profile) (int, error) {
		if p.keyID != "" {
			if err := p.exchange(); err != nil {
				return exitNo, err
			}
		}
		if len(rest) == 0 {
			return p.statusOfAll()
		}
		return p.statusOfOne(rest[0], *decision)
	})
}

func (p *profile) statusOfAll() (int, error) {
	all, err := p.cabinet.List(p.ctx)
	if err != nil {
		return exitNo, err
	}
	lines, text := []shownApplication{}, []string{}
	for _, a := range all {
		shown := showApplication(a)
		lines, text = append(lines, shown), append(text, shown.text())
	}
	return exitYes, p.e.answer(map[string]any{"applications": lines}, cmp.Or(strings.Join(text, "\n"), "no applications"))
}

// statusOfOne tells about an application: refused by the portal, decided, or
// not decided yet.
func (p *profile) statusOfOne(id, out string) (int, error) {
	c, err := p.cabinet.Get(p.ctx, id)
	if err != nil {
		return exitNo, err
	}
	shown, status := showCard(c), exitMaybe
	switch {
	case refusedByPortal(c):
		status = exitNo
	case c.Portal.Decision != nil && out != "":
		if shown.Decision, status, err = p.takeDecision(c, out); err != nil {
			return exitNo, err
		}
	case c.Portal.Decision != nil:
		status = exitYes
	}
	return status, p.e.answer(shown, shown.text())
}

// takeDecision brings the decision here, checks it, and writes it beside its
// signature: one is worth nothing without the other. One whose signature does
// not verify is not written.
func (p *profile) takeDecision(c cabinet.Card, out string) (*shownDecision, int, error) {
	d, err := p.cabinet.OpenDecision(p.ctx, c.Summary.ID)
	if err != nil {
		return nil, exitNo, err
	}
	v := d.Verdict
	shown := &shownDecision{
		Verdict: v.Verdict, Reason: v.Reason, Level: v.Level, Signer: v.Signer, Organisation: v.Organisation, UNP: v.UNP,
		SignedAt: stamp(v.SignedAt), Code: string(v.Code),
	}
	if v.Rung == signer.Bad {
		shown.Verdict = string(pki.Failed) // a good signature of somebody else is no decision
		return shown, exitNo, nil
	}
	files := map[string]string{out: d.Portal.Document.Sha256, out + ".p7s": d.Portal.Signature.Sha256}
	for name, sum := range files {
		octets, err := p.blobs.Read(sum)
		if err != nil {
			return nil, exitNo, err
		}
		if err := p.e.write(name, octets); err != nil {
			return nil, exitUsage, err
		}
	}
	shown.Out, shown.Signature = out, out+".p7s"
	if p.session.State().SignedIn { // tells the portal that it was opened
		if err := p.sync.Now(p.ctx); err != nil {
			return nil, exitNo, err
		}
	}
	if v.Rung == signer.Undecided {
		return shown, exitMaybe, nil
	}
	return shown, exitYes, nil
}
