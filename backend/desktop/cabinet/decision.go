package cabinet

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/canon"
	"akno/backend/desktop/attach"
	"akno/backend/desktop/signer"
	"akno/backend/desktop/syncer"
	"akno/backend/internal/ids"
	"akno/backend/portalapi"
	"akno/backend/print"
)

// A Decision is a decision that was read and checked on this computer.
type Decision struct {
	Portal  portalapi.Decision
	Verdict signer.Verdict
}

// OpenDecision brings the decision here, checks its signature and tells the
// portal that it was opened. A signature that is not proven to be the body's is
// shown as such, and the portal is not told: the person has not received a
// decision.
func (s *Service) OpenDecision(ctx context.Context, id string) (Decision, error) {
	c, err := s.Get(ctx, id)
	if err != nil {
		return Decision{}, err
	}
	out, err := s.check(ctx, c)
	if err != nil || !received(out.Verdict) {
		return out, err
	}
	opening := slices.ContainsFunc(c.Waiting, func(q syncer.Queued) bool { return q.Kind == syncer.OpenDecision })
	if out.Portal.OpenedAt != nil || opening || !akno.Status(c.Portal.Status).Allows(akno.EventOpenDecision, akno.ByCitizen) {
		return out, nil
	}
	body := portalapi.VersionedCommand{OpId: ids.New(s.o.Now()), Version: c.Portal.Version}
	return out, s.queue(ctx, syncer.Command{OpID: body.OpId, Kind: syncer.OpenDecision, Target: id}, body, nil)
}

// received says whether a verdict lets a decision count as received. That a list
// is too old to tell of a revocation does not hinder it; a certificate without a
// path to an anchor, which anybody can make in the body's name, does.
func received(v signer.Verdict) bool {
	switch v.Rung {
	case signer.Good, signer.GoodNotes:
		return true
	case signer.Undecided:
		return v.Code == akno.NoRevocation
	}
	return false
}

// check reads the decision and its signature and verifies them. Both are
// fetched first if they are not here yet.
func (s *Service) check(ctx context.Context, c Card) (Decision, error) {
	d := c.Portal.Decision
	if d == nil {
		return Decision{}, &akno.Error{Code: akno.NotFound, Op: "cabinet.decision"}
	}
	document, err := s.fetched(ctx, d.Document)
	if err != nil {
		return Decision{}, err
	}
	signature, err := s.fetched(ctx, d.Signature)
	if err != nil {
		return Decision{}, err
	}
	v, err := s.o.Verifier.VerifyDetached(ctx, document, signature)
	if err == nil && !signedBy(v, c.Portal.Body) {
		v.Rung, v.Code = signer.Bad, akno.WrongSigner
	}
	return Decision{*d, v}, err
}

// signedBy says whether the certificate of a signature is the body's: a good
// signature of somebody else is no decision.
func signedBy(v signer.Verdict, body portalapi.BodyRef) bool {
	return v.Organisation != "" && body.Unp != nil && v.UNP == *body.Unp
}

// CheckDecision verifies a decision again, if it is at hand, without telling
// anybody. It is false when there is none here.
func (s *Service) CheckDecision(ctx context.Context, c Card) (Decision, bool, error) {
	d := c.Portal.Decision
	if d == nil || !s.o.DB.Blobs().Has(d.Document.Sha256) || !s.o.DB.Blobs().Has(d.Signature.Sha256) {
		return Decision{}, false, nil
	}
	out, err := s.check(ctx, c)
	return out, err == nil, err
}

func (s *Service) fetched(ctx context.Context, f portalapi.FileRef) ([]byte, error) {
	if err := s.o.Sync.Fetch(ctx, f.Sha256, f.Size); err != nil {
		return nil, err
	}
	return s.o.DB.Blobs().Read(f.Sha256)
}

// WriteDecision writes the decision with its signature as a ZIP file: one is
// worth nothing without the other.
func (s *Service) WriteDecision(ctx context.Context, id string, w io.Writer) error {
	c, err := s.Get(ctx, id)
	if err != nil {
		return err
	}
	if c.Portal.Decision == nil {
		return &akno.Error{Code: akno.NotFound, Op: "cabinet.WriteDecision"}
	}
	p := pack{s: s, ctx: ctx, z: zip.NewWriter(w), at: s.o.Now()}
	p.blob("", c.Portal.Decision.Document)
	p.blob("", c.Portal.Decision.Signature)
	return p.close()
}

// WritePackage writes what was signed, the signature, the readable document, the
// list of attachments with their hashes and the files as a ZIP file, for whoever wants to check them without this program;
// and the decision, if there is one.
func (s *Service) WritePackage(ctx context.Context, id string, w io.Writer) error {
	c, err := s.Get(ctx, id)
	if err != nil {
		return err
	}
	if c.Sent == nil {
		return &akno.Error{Code: akno.NotFound, Op: "cabinet.WritePackage"}
	}
	sub, err := canon.Parse(c.Sent.Octets)
	if err != nil {
		return fmt.Errorf("cabinet: %w", err)
	}
	p := pack{s: s, ctx: ctx, z: zip.NewWriter(w), at: s.o.Now()}
	p.octets("application.json", c.Sent.Octets)
	if len(c.Sent.CMS) > 0 {
		p.octets("application.json.p7s", c.Sent.CMS)
	}
	sheet, err := print.Sheet(c.Sent.Octets)
	if err != nil {
		return err
	}
	p.octets("attachments.pdf", sheet)
	doc := c.Sent.Document
	p.blob("", portalapi.FileRef{Sha256: doc.SHA256, Size: doc.Size, Name: doc.Name})
	for _, a := range sub.Attachments {
		p.blob("files/", portalapi.FileRef{Sha256: a.SHA256, Size: a.Size, Name: a.Name})
	}
	if r := c.Sent.Order.Receipt; r.ID != "" {
		p.blob("payment/", portalapi.FileRef{Sha256: r.SHA256, Size: r.Size, Name: r.Name})
	}
	if d := c.Portal.Decision; d != nil {
		p.blob("decision/", d.Document)
		p.blob("decision/", d.Signature)
	}
	return p.close()
}

// pack writes a ZIP file and remembers the first failure.
type pack struct {
	s     *Service
	ctx   context.Context //nolint:containedctx // a pack lives within one call
	z     *zip.Writer
	at    time.Time
	names []string
	err   error
}

// create begins an entry. Names from elsewhere lose their paths, and a name that
// is taken gets a number: a file of the package can hide no other.
func (p *pack) create(dir, name string) io.Writer {
	name = attach.Name(name)
	full := dir + name
	ext := path.Ext(name)
	for i := 2; slices.Contains(p.names, full); i++ {
		full = dir + strings.TrimSuffix(name, ext) + " (" + strconv.Itoa(i) + ")" + ext
	}
	p.names = append(p.names, full)
	w, err := p.z.CreateHeader(&zip.FileHeader{Name: full, Method: zip.Deflate, Modified: p.at})
	p.err = errors.Join(p.err, err)
	return w
}

func (p *pack) octets(name string, data []byte) {
	if p.err != nil {
		return
	}
	if w := p.create("", name); p.err == nil {
		_, p.err = w.Write(data)
	}
}

func (p *pack) blob(dir string, f portalapi.FileRef) {
	if p.err != nil {
		return
	}
	if p.err = p.s.o.Sync.Fetch(p.ctx, f.Sha256, f.Size); p.err != nil {
		return
	}
	r, err := p.s.o.DB.Blobs().Open(f.Sha256)
	if err != nil {
		p.err = err
		return
	}
	if w := p.create(dir, f.Name); p.err == nil {
		_, p.err = io.Copy(w, r)
	}
	p.err = errors.Join(p.err, r.Close())
}

func (p *pack) close() error { return errors.Join(p.err, p.z.Close()) }
