package main

import (
	"context"
	"fmt"

	"akno/backend/stb/cms"
	"akno/backend/stb/ocsp"
	"akno/backend/stb/pki"
	"akno/backend/stb/tsp"
)

func crlVerify(e *env, args []string) (int, error) {
	o := newOptions(e)
	issuerFile, text := o.String("issuer", "", ""), o.String("at", "", "")
	rest, err := o.parse(args, 1, 1)
	if err != nil {
		return exitUsage, err
	}
	at, err := e.when(*text)
	if err != nil {
		return exitUsage, err
	}
	issuer, err := oneCertificate("--issuer", *issuerFile, e.anchors)
	if err != nil {
		return exitUsage, err
	}
	data, err := e.binary(rest[0])
	if err != nil {
		return exitUsage, err
	}
	answer := struct {
		outcome
		Issuer     string `json:"issuer,omitempty"`
		Number     string `json:"number,omitempty"`
		ThisUpdate string `json:"thisUpdate,omitempty"`
		NextUpdate string `json:"nextUpdate,omitempty"`
		Entries    int    `json:"entries"`
	}{outcome: outcomeOf(pki.FormatFailure)}
	l, err := pki.ParseRevocationList(data)
	if err != nil {
		answer.Notes = []string{err.Error()}
		return answer.status(), e.answer(answer, answer.text())
	}
	reason, fault := l.Verify(issuer, at)
	if answer.outcome = outcomeOf(reason); fault != nil {
		answer.Notes = []string{fault.Error()}
	}
	answer.Issuer, answer.Number, answer.Entries = l.Issuer.String(), l.Number.Hex(), l.Len()
	answer.ThisUpdate, answer.NextUpdate = stamp(l.ThisUpdate), stamp(l.NextUpdate)
	return answer.status(), e.answer(answer, answer.text()+fmt.Sprintf("\n%s, %d entries, from %s to %s",
		answer.Issuer, answer.Entries, answer.ThisUpdate, answer.NextUpdate))
}

// oneCertificate reads the certificate of an option that must be there.
func oneCertificate(option, name string, read func(...string) ([]*pki.Certificate, error)) (*pki.Certificate, error) {
	if name == "" {
		return nil, usageError(option + " is missing")
	}
	c, err := read(name)
	if err != nil {
		return nil, err
	}
	return c[0], nil
}

func ocspVerify(e *env, args []string) (int, error) {
	o := newOptions(e)
	t := o.trust()
	issuerFile, requestFile, forFile := o.String("issuer", "", ""), o.String("request", "", ""), o.String("for", "", "")
	rest, err := o.parse(args, 1, 1)
	if err != nil {
		return exitUsage, err
	}
	opt := ocsp.Options{}
	if opt.Verifier, opt.At, err = t.load(e); err != nil {
		return exitUsage, err
	}
	if opt.Issuer, err = oneCertificate("--issuer", *issuerFile, e.anchors); err != nil {
		return exitUsage, err
	}
	if len(opt.Verifier.Anchors) == 0 { // who names the issuer and no anchor vouches for it
		opt.Verifier.Anchors = []*pki.Certificate{opt.Issuer}
	}
	if *forFile != "" {
		if opt.Certificate, err = oneCertificate("--for", *forFile, e.anchors); err != nil {
			return exitUsage, err
		}
	}
	if *requestFile != "" {
		data, err := e.binary(*requestFile)
		if err != nil {
			return exitUsage, err
		}
		if opt.Request, err = ocsp.ParseRequest(data); err != nil {
			return exitUsage, fmt.Errorf("%s: %w", *requestFile, err)
		}
	}
	data, err := e.binary(rest[0])
	if err != nil {
		return exitUsage, err
	}
	answer := struct {
		outcome
		Status     pki.CertState `json:"status,omitempty"`
		RevokedAt  string        `json:"revokedAt,omitempty"`
		Revocation string        `json:"revocationReason,omitempty"`
		ProducedAt string        `json:"producedAt,omitempty"`
		ThisUpdate string        `json:"thisUpdate,omitempty"`
	}{outcome: outcomeOf(pki.FormatFailure)}
	r, err := ocsp.ParseResponse(data)
	if err != nil {
		answer.Notes = []string{err.Error()}
	} else {
		// A response may leave the certificate of its responder to us. It is one more proposal, to be
		// delegated by the issuer like one that came inside.
		r.Certificates = append(r.Certificates, opt.Verifier.Intermediates...)
		report := ocsp.Verify(r, opt)
		answer.outcome = outcome{report.Verdict, report.Reason, report.Notes}
		answer.Status, answer.ProducedAt = report.Single.State, stamp(report.ProducedAt)
		if r := report.Single.Revocation; answer.Status == pki.StateRevoked || answer.Status == pki.StateSuspended {
			// The protocol knows no suspension: it is a revocation with the reason certificateHold.
			answer.Status, answer.RevokedAt = pki.StateRevoked, stamp(r.At)
			if r.HasReason {
				answer.Revocation = r.Reason.String()
			}
		}
		answer.ThisUpdate = stamp(report.Single.ThisUpdate)
	}
	return answer.status(), e.answer(answer, answer.text()+"\n"+string(answer.Status))
}

func tspVerify(e *env, args []string) (int, error) {
	o := newOptions(e)
	t := o.trust()
	dataFile, imprint, queryFile := o.String("data", "", ""), o.String("imprint", "", ""), o.String("query", "", "")
	rest, err := o.parse(args, 1, 1)
	if err != nil {
		return exitUsage, err
	}
	if (*dataFile == "") == (*imprint == "") {
		return wrongUsage("one of --data and --imprint is needed")
	}
	opt := tsp.Options{}
	if opt.Verifier, opt.At, err = t.load(e); err != nil {
		return exitUsage, err
	}
	if *queryFile != "" {
		query, err := e.binary(*queryFile)
		if err != nil {
			return exitUsage, err
		}
		if opt.Request, err = tsp.ParseRequest(query); err != nil {
			return exitUsage, fmt.Errorf("%s: %w", *queryFile, err)
		}
	}
	data, err := e.binary(rest[0])
	if err != nil {
		return exitUsage, err
	}
	answer := struct {
		outcome
		GenTime string `json:"genTime,omitempty"`
	}{outcome: outcomeOf(pki.FormatFailure)}
	r, err := tsp.Parse(data)
	if err != nil {
		answer.Notes = []string{err.Error()}
		return answer.status(), e.answer(answer, answer.text())
	}
	ctx, stop := e.interruptible()
	defer stop()
	if opt.Data, err = e.stamped(ctx, r, *dataFile, *imprint); err != nil {
		return exitUsage, err
	}
	report := tsp.Verify(r, opt)
	if ctx.Err() != nil {
		return exitUsage, said(ctx.Err())
	}
	answer.outcome, answer.GenTime = outcome{report.Verdict, report.Reason, report.Notes}, stamp(report.GenTime)
	return answer.status(), e.answer(answer, answer.text()+"\n"+answer.GenTime)
}

// stamped returns the data a stamp should be for: a file, or a hash value in hexadecimal by the
// hash function of the stamp.
func (e *env) stamped(ctx context.Context, r *tsp.Response, file, imprint string) (cms.Content, error) {
	if file != "" {
		return e.content(ctx, file), nil
	}
	sum, err := unhex(imprint)
	if err != nil {
		return nil, usageError("--imprint is not hexadecimal")
	}
	if r.Token == nil {
		return cms.Octets(nil), nil
	}
	h := pki.HashByOID(r.Token.Info.HashAlgorithm.OID)
	if h == nil {
		return cms.Octets(nil), nil
	}
	return cms.Prepared(h, sum), nil
}
