package main

import (
	"cmp"
	"encoding/pem"
	"fmt"
	"time"

	"akno/backend/stb/cvc"
	"akno/backend/stb/ocsp"
	"akno/backend/stb/pki"
)

// trust are the options of the commands that verify.
type trust struct {
	anchors, certs, crls, ocsps list
	at, profile                 *string

	cards cvc.Verifier // what load found of card-verifiable certificates
}

// trust adds the options to o.
func (o *options) trust() *trust {
	t := &trust{at: o.String("at", "", ""), profile: o.String("profile", string(pki.ProfileGosSUOK), "")}
	o.Var(&t.anchors, "trust", "")
	o.Var(&t.certs, "cert", "")
	o.Var(&t.crls, "crl", "")
	o.Var(&t.ocsps, "ocsp", "")
	return t
}

// load reads the files and returns what to verify with, and the time to verify for.
func (t *trust) load(e *env) (v pki.Verifier, at time.Time, err error) {
	if at, err = e.when(*t.at); err != nil {
		return v, at, err
	}
	switch v.Profile = pki.Profile(*t.profile); v.Profile {
	case pki.ProfileGosSUOK, pki.ProfileBPKI:
	default:
		return v, at, usageError(fmt.Sprintf("no profile %q", *t.profile))
	}
	var anchors, certs list
	if t.cards.Anchors, anchors, err = e.cardCertificates(t.anchors); err != nil {
		return v, at, err
	}
	if t.cards.Intermediates, certs, err = e.cardCertificates(t.certs); err != nil {
		return v, at, err
	}
	if v.Anchors, err = e.anchors(anchors...); err != nil {
		return v, at, err
	}
	if v.Intermediates, err = e.candidates(certs...); err != nil {
		return v, at, err
	}
	for _, name := range t.crls {
		l, err := proposed(e, name, pki.ParseRevocationList)
		if err != nil {
			return v, at, err
		}
		v.CRLs = append(v.CRLs, cmp.Or(l, &pki.RevocationList{}))
	}
	for _, name := range t.ocsps {
		r, err := proposed(e, name, ocsp.ParseResponse)
		if err != nil {
			return v, at, err
		}
		v.OCSP = append(v.OCSP, cmp.Or(r, &ocsp.Response{Code: ocsp.InternalError}))
	}
	return v, at, nil
}

// proposed reads a datum about revocation. A broken one decides nothing, and so must not keep a
// verdict from being given: it is named and passed over, and counts as one that speaks of no
// certificate. A file that is not in DER at all is a mistake of who typed its name.
func proposed[T any](e *env, name string, parse func([]byte) (*T, error)) (*T, error) {
	data, err := e.binary(name)
	if err != nil {
		return nil, err
	}
	x, err := parse(data)
	if err == nil {
		return x, nil
	}
	if !looksLikeDER(data) {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	fmt.Fprintf(e.err, "%s: passed over: %v\n", name, err)
	return nil, nil
}

func looksLikeDER(data []byte) bool { return len(data) > 2 && data[0] == 0x30 }

// when reads a time of RFC 3339; an empty text is now.
func (e *env) when(text string) (time.Time, error) {
	if text == "" {
		return e.now(), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, usageError(fmt.Sprintf("--at %q is not a time of RFC 3339", text))
	}
	return at.UTC(), nil
}

// binary returns the contents of a file without PEM around them.
func (e *env) binary(name string) ([]byte, error) {
	data, err := e.read(name)
	return withoutPEM(data), err
}

// withoutPEM returns the octets inside of PEM, which may stand after an explanation in text, or
// the octets themselves. What begins like DER is never searched.
func withoutPEM(data []byte) []byte {
	if looksLikeDER(data) {
		return data
	}
	if block, _ := pem.Decode(data); block != nil {
		return block.Bytes
	}
	return data
}

// certificates reads certificates from files, of PEM all that are in it.
func (e *env) certificates(names ...string) ([]*pki.Certificate, error) {
	return e.readCertificates(names, pki.ParseCertificate, func(_ []byte, err error) error { return err })
}

// anchors reads certificates that are trusted as they are, or that somebody vouches for by naming
// them: only their names and keys count.
func (e *env) anchors(names ...string) ([]*pki.Certificate, error) {
	return e.readCertificates(names, pki.ReadCertificate, func(_ []byte, err error) error { return err })
}

// candidates reads certificates that are proposed for paths. They may break rules, which is for the
// verdict to say; one that cannot be told apart is named and passed over, for a path may well be
// there without it.
func (e *env) candidates(names ...string) ([]*pki.Certificate, error) {
	return e.readCertificates(names, pki.ReadCertificate, func(der []byte, err error) error {
		if !looksLikeDER(der) {
			return err
		}
		fmt.Fprintf(e.err, "a certificate was passed over: %v\n", err)
		return nil
	})
}

// readCertificates parses what is in files; failed decides about what does not parse.
func (e *env) readCertificates(names []string, parse func([]byte) (*pki.Certificate, error), failed func(der []byte, err error) error) ([]*pki.Certificate, error) {
	var out []*pki.Certificate
	for _, name := range names {
		data, err := e.read(name)
		if err != nil {
			return nil, err
		}
		for _, der := range certificateBlocks(data) {
			c, err := parse(der)
			if err != nil {
				if err = failed(der, err); err != nil {
					return nil, fmt.Errorf("%s: %w", name, err)
				}
				continue
			}
			out = append(out, c)
		}
	}
	return out, nil
}

// certificateBlocks returns the certificates of a file in PEM, or the file itself.
func certificateBlocks(data []byte) (blocks [][]byte) {
	for rest := data; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type == "CERTIFICATE" {
			blocks = append(blocks, block.Bytes)
		}
	}
	if blocks == nil {
		return [][]byte{data}
	}
	return blocks
}

// outcome is the answer of the commands that verify.
type outcome struct {
	Verdict pki.Verdict `json:"verdict"`
	Reason  pki.Reason  `json:"reason"`
	Notes   []string    `json:"notes,omitempty"`
}

// outcomeOf makes the answer for a reason.
func outcomeOf(r pki.Reason, notes ...string) outcome { return outcome{r.Verdict(), r, notes} }

// status is the exit status that says the same.
func (o outcome) status() int {
	switch o.Verdict {
	case pki.Passed:
		return exitYes
	case pki.Failed:
		return exitNo
	default:
		return exitMaybe
	}
}

// text is the answer for people.
func (o outcome) text() string {
	s := string(o.Verdict)
	if o.Reason != pki.OK {
		s += " " + string(o.Reason)
	}
	for _, n := range o.Notes {
		s += "\n  " + n
	}
	return s
}

// stamp is a time in an answer: RFC 3339, or nothing where there is none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
