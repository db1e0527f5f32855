package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"akno/backend/desktop/portalclient"
	"akno/backend/stb/cms"
	"akno/backend/stb/ocsp"
	"akno/backend/stb/pki"
	"akno/backend/stb/tsp"
)

// Limits on the answers of services, in octets, and the number of authorities
// that are fetched for one certificate.
const (
	maxStamp       = 64 << 10
	maxCertificate = 64 << 10
	maxStatus      = 256 << 10
	maxAuthorities = 8
	nonceLength    = 8
)

// stampTolerance is how far the clock of a service may be from this computer's.
const stampTolerance = 10 * time.Minute

// raiser raises signatures of level B-B: by a time stamp to B-T, and by the data
// of a later check to B-LT. The services' answers are signed, so they may come
// over any line.
type raiser struct {
	e        *env
	ctx      context.Context //nolint:containedctx // a raiser lives within one command
	limit    time.Duration   // for the services of one signature
	line     *portalclient.Client
	level    cms.Level
	tsa      string
	verifier pki.Verifier
	answers  []*ocsp.Response // among the verifier's OCSP
	implied  bool             // nobody said what to trust: the paths end at the highest authority at hand
}

// newRaiser returns nil for level b-b.
func (e *env) newRaiser(level, tsa string, limit time.Duration, t *trust, chain []*pki.Certificate) (*raiser, error) {
	r := &raiser{e: e, limit: limit, tsa: tsa}
	switch level {
	case "b-b":
		if tsa != "" {
			return nil, usageError("--tsa goes with --level b-t or b-lt")
		}
		return nil, nil //nolint:nilnil // nothing to raise to
	case "b-t":
		r.level = cms.LevelBT
	case "b-lt":
		r.level = cms.LevelBLT
	default:
		return nil, usageError(fmt.Sprintf("--level %q is not b-b, b-t or b-lt", level))
	}
	if tsa == "" {
		return nil, usageError("b-t and b-lt need --tsa")
	}
	t.at, t.profile = new(string), new(string)
	*t.profile = string(pki.ProfileGosSUOK)
	var err error
	if r.verifier, _, err = t.load(e); err != nil {
		return nil, err
	}
	r.verifier.Intermediates = chain
	if r.implied = r.level == cms.LevelBLT && len(r.verifier.Anchors) == 0; r.implied {
		r.verifier.Anchors = highest(chain)
	}
	for _, s := range r.verifier.OCSP {
		if a, ok := s.(*ocsp.Response); ok {
			r.answers = append(r.answers, a)
		}
	}
	r.line, err = portalclient.New(portalclient.Options{BaseURL: "https://portal.invalid", Now: e.now}) // services have addresses of their own
	return r, err
}

// highest returns the roots among authorities, or where there is none those whose issuer is
// not among them. A signature of level B-LT is completed up to there; who checks it
// brings his own anchors, so that nothing is believed here that matters to him.
func highest(authorities []*pki.Certificate) (out []*pki.Certificate) {
	for _, c := range authorities {
		if c.SelfIssued() && c.CheckSignatureFrom(c) == nil {
			out = append(out, c)
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, c := range authorities {
		issued := func(i *pki.Certificate) bool { return i.Subject.Equal(c.Issuer) && c.CheckSignatureFrom(i) == nil }
		if c.IsCA && !slices.ContainsFunc(authorities, issued) {
			out = append(out, c)
		}
	}
	return out
}

// raise returns the signature at the level that was asked for.
func (r *raiser) raise(ctx context.Context, signature []byte, content cms.Content, cert *pki.Certificate) ([]byte, error) {
	if r == nil {
		return signature, nil
	}
	ctx, cancel := context.WithTimeout(ctx, r.limit)
	defer cancel()
	r.ctx = ctx
	signature, service, err := r.stamp(signature, cert)
	if err != nil || r.level == cms.LevelBT {
		return signature, err
	}
	return r.complete(signature, content, cert, service)
}

// stamp asks the service for a stamp over the signature's value and adds it. It
// returns the certificate of the service too.
func (r *raiser) stamp(signature []byte, cert *pki.Certificate) ([]byte, *pki.Certificate, error) {
	sd, err := cms.Parse(signature)
	if err != nil {
		return nil, nil, err
	}
	h := pki.AlgorithmFor(cert.PublicKey).Hash
	nonce := make([]byte, nonceLength)
	if _, err := rand.Read(nonce); err != nil {
		return nil, nil, err
	}
	request, err := tsp.CreateRequest(tsp.Imprint(h, h.Sum(sd.Signers[0].Signature), nonce))
	if err != nil {
		return nil, nil, err
	}
	reply, err := r.line.Fetch(r.ctx, "POST", r.tsa, "application/timestamp-query", request, "application/timestamp-reply", maxStamp)
	if err != nil {
		return nil, nil, fmt.Errorf("time stamp: %w", err)
	}
	response, err := tsp.ParseResponse(reply)
	if err != nil {
		return nil, nil, err
	}
	opt := tsp.Options{Data: cms.Octets(sd.Signers[0].Signature), Tolerance: stampTolerance}
	opt.Verifier, opt.At = pki.Verifier{Anchors: r.verifier.Anchors, Intermediates: r.verifier.Intermediates}, r.e.now()
	if opt.Request, err = tsp.ParseRequest(request); err != nil {
		return nil, nil, err
	}
	report := tsp.Verify(response, opt)
	// Without anchors nobody can say who made the stamp; that it is the one that
	// was asked for can be said.
	if report.Verdict != pki.Passed && (response.Token == nil || report.Verdict == pki.Failed) {
		return nil, nil, fmt.Errorf("time stamp: %s %s %v", report.Verdict, report.Reason, report.Notes)
	}
	signature, err = cms.AddStamp(signature, 0, response.RawToken)
	return signature, report.Certificate, err
}

// complete adds the certificates of both paths and a datum about the revocation
// of each, and proves that they suffice.
func (r *raiser) complete(signature []byte, content cms.Content, signer, service *pki.Certificate) ([]byte, error) {
	if service == nil {
		return nil, errors.New("the stamp does not carry its service's certificate")
	}
	var certs []*pki.Certificate
	for _, c := range []*pki.Certificate{signer, service} {
		path, err := r.path(c)
		if err != nil {
			return nil, err
		}
		for i := range path[:len(path)-1] {
			certs = append(certs, path[i])
			if err := r.status(path[i], path[i+1]); err != nil {
				return nil, fmt.Errorf("revocation of %s: %w", path[i].Subject, err)
			}
		}
	}
	if r.implied {
		certs = append(certs, r.beyond()...)
	}
	signature, err := cms.AddValidationData(signature, certs, r.verifier.CRLs, r.answers)
	if err != nil {
		return nil, err
	}
	report := cms.VerifyOctets(signature, content, cms.Options{Verifier: pki.Verifier{Anchors: r.verifier.Anchors}, At: r.e.now(), RequireLevel: r.level})
	if report.Verdict != pki.Passed {
		return nil, fmt.Errorf("the signature of level %s does not verify: %s %s", report.Level, report.Verdict, report.Reason)
	}
	return signature, nil
}

// beyond returns the implied anchors that are no roots, for a later check starts above them,
// and takes the lists that their certificates point to. Whose these are is not known
// here: only that they bear the name of the issuer.
func (r *raiser) beyond() (out []*pki.Certificate) {
	for _, c := range r.verifier.Anchors {
		if c.SelfIssued() {
			continue
		}
		out = append(out, c)
		listed := false
		for _, address := range c.CRLPoints {
			raw, err := r.line.Fetch(r.ctx, "GET", address, "", nil, "", pki.MaxRevocationListSize)
			if err != nil {
				continue
			}
			if l, err := pki.ParseRevocationList(raw); err == nil && l.Issuer.Equal(c.Issuer) {
				r.verifier.CRLs = append(r.verifier.CRLs, l)
				listed = true
				break
			}
		}
		if !listed {
			fmt.Fprintf(r.e.err, "aknoctl sign: nothing was found about the revocation of %s, give its issuer with --chain or --trust\n", c.Subject)
		}
	}
	return out
}

// path returns the path of a certificate up to an anchor, with the authorities
// that had to be fetched.
func (r *raiser) path(cert *pki.Certificate) ([]*pki.Certificate, error) {
	if r.implied && len(r.verifier.Anchors) == 0 { // nor were authorities given: those at the addresses
		for known := -1; known != len(r.verifier.Intermediates) && known < maxAuthorities; {
			known = len(r.verifier.Intermediates)
			for _, c := range append([]*pki.Certificate{cert}, r.verifier.Intermediates...) {
				r.fetchIssuers(c)
			}
		}
		r.verifier.Anchors = highest(r.verifier.Intermediates)
	}
	for range maxAuthorities {
		v := pki.Verifier{Anchors: r.verifier.Anchors, Intermediates: r.verifier.Intermediates}
		path := v.Verify(cert, pki.PurposeAny, r.e.now()).Path
		last := path[len(path)-1]
		if slices.ContainsFunc(r.verifier.Anchors, last.Equal) {
			return path, nil
		}
		known := len(r.verifier.Intermediates)
		for _, c := range append([]*pki.Certificate{cert}, r.verifier.Intermediates...) {
			r.fetchIssuers(c)
		}
		if len(r.verifier.Intermediates) == known {
			break
		}
	}
	return nil, fmt.Errorf("no path from %s to an anchor: give the authorities with --chain", cert.Subject)
}

// fetchIssuers takes what lies at the addresses of a certificate's authority. It
// is only proposed for paths, so nothing needs to be believed.
func (r *raiser) fetchIssuers(cert *pki.Certificate) {
	for _, address := range cert.CAIssuers {
		raw, err := r.line.Fetch(r.ctx, "GET", address, "", nil, "", maxCertificate)
		if err != nil {
			continue
		}
		c, err := pki.ParseCertificate(raw)
		if err == nil && !slices.ContainsFunc(r.verifier.Intermediates, c.Equal) {
			r.verifier.Intermediates = append(r.verifier.Intermediates, c)
		}
	}
}

// status makes sure that there is a datum about a certificate: a given one, or
// the list or the answer that its addresses offer.
func (r *raiser) status(cert, issuer *pki.Certificate) error {
	if r.concerned(cert, issuer) {
		return nil
	}
	var failure error
	for _, address := range cert.CRLPoints {
		raw, err := r.line.Fetch(r.ctx, "GET", address, "", nil, "", pki.MaxRevocationListSize)
		var l *pki.RevocationList
		if err == nil {
			l, err = pki.ParseRevocationList(raw)
		}
		if err == nil {
			err = l.CheckSignatureFrom(issuer)
		}
		if err == nil {
			r.verifier.CRLs = append(r.verifier.CRLs, l)
			return nil
		}
		failure = errors.Join(failure, err)
	}
	for _, address := range cert.OCSPServers {
		a, err := r.ask(address, cert, issuer)
		if err == nil {
			r.answers = append(r.answers, a)
			r.verifier.OCSP = append(r.verifier.OCSP, a)
			return nil
		}
		failure = errors.Join(failure, err)
	}
	if failure == nil {
		failure = errors.New("no --crl or --ocsp speaks of it, and it names no address")
	}
	return failure
}

// ask asks a service of status about a certificate.
func (r *raiser) ask(address string, cert, issuer *pki.Certificate) (*ocsp.Response, error) {
	id, err := ocsp.NewCertID(cert, issuer)
	if err != nil {
		return nil, err
	}
	request, err := ocsp.CreateRequest([]ocsp.CertID{id}, nil)
	if err != nil {
		return nil, err
	}
	raw, err := r.line.Fetch(r.ctx, "POST", address, "application/ocsp-request", request, "application/ocsp-response", maxStatus)
	if err != nil {
		return nil, err
	}
	a, err := ocsp.ParseResponse(raw)
	if err != nil {
		return nil, err
	}
	status, err := a.Status(cert, issuer)
	if err == nil && status.State == pki.StateUnknown {
		err = errors.New("the service does not know the certificate")
	}
	return a, err
}

// concerned says whether a datum at hand speaks of a certificate.
func (r *raiser) concerned(cert, issuer *pki.Certificate) bool {
	return slices.ContainsFunc(r.verifier.CRLs, func(l *pki.RevocationList) bool {
		return l.Issuer.Equal(cert.Issuer) && l.CheckSignatureFrom(issuer) == nil
	}) || slices.ContainsFunc(r.answers, func(a *ocsp.Response) bool { return a.Concerns(cert, issuer) })
}
