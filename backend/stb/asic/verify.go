package asic

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"
	"time"

	"akno/backend/stb/cms"
	"akno/backend/stb/pki"
)

// Options say what a container is checked against.
type Options struct {
	cms.Options
	// Progress is told how many octets of the files were hashed, piece by piece; it
	// must be quick. May be nil.
	Progress func(n int)
}

// Report is the outcome for a container: that of its worst signature, and never
// PASSED when a file is not covered.
type Report struct {
	// Kind is the form of the container.
	Kind Kind
	// Verdict and Reason are the outcome (STB 34.101.80, 8.2.1).
	Verdict pki.Verdict
	Reason  pki.Reason
	// Level is the lowest level among the signers.
	Level cms.Level
	// At and Profile are the time and the profile of the check.
	At      time.Time
	Profile pki.Profile
	// Signatures are the outcomes one by one.
	Signatures []SignatureReport
	// Files are the data objects in the order of the container.
	Files []FileReport
	// Unsigned are members that no signature covers, and signatures that cover
	// nothing.
	Unsigned []string
	// Notes are remarks for a protocol in English.
	Notes []string
}

// SignatureReport is the outcome for one signature and the files it covers: the
// verdict of its worst signer, or that of its files if that is worse.
type SignatureReport struct {
	cms.Report
	// Member is the signature, Manifest what it signs; ASiC-S has no manifest.
	Member, Manifest string
	// Covers are the names of the files whose hash values agree.
	Covers []string
}

// FileReport is a data object and who vouches for it.
type FileReport struct {
	// Name is its name in the container, Size its length in octets, unpacked, and
	// MimeType what a manifest says of it, or "".
	Name     string
	Size     int64
	MimeType string
	// Signatures are the places in Report.Signatures of those that cover it, valid
	// or not.
	Signatures []int
}

// VerifyOctets opens and verifies. What cannot be read as a container is FAILED /
// FORMAT_FAILURE, one that is signed in XML INDETERMINATE / GENERIC; an error is
// one of src or the context.
func VerifyOctets(ctx context.Context, src io.ReaderAt, size int64, opt Options) (Report, error) {
	c, err := Open(src, size)
	reason := pki.Generic
	switch {
	case errors.Is(err, ErrMalformed):
		reason = pki.FormatFailure
	case errors.Is(err, ErrXAdES):
	case err != nil:
		return Report{}, err
	default:
		return c.Verify(ctx, opt)
	}
	r := newReport(opt)
	if c != nil {
		r.Kind = c.Kind
	}
	r.Reason, r.Verdict, r.Notes = reason, reason.Verdict(), []string{err.Error()}
	return r, nil
}

func newReport(opt Options) Report {
	r := Report{Level: cms.LevelCMS, At: opt.At, Profile: opt.Verifier.Profile}
	if r.Profile == "" {
		r.Profile = pki.ProfileGosSUOK
	}
	return r
}

// Verify checks every signature over the octets of its manifest, and every file
// against the manifests that name it. Each file is read once, as a stream. An
// error is one of the source or the context: the container was not judged.
func (c *Container) Verify(ctx context.Context, opt Options) (Report, error) {
	out := newReport(opt)
	out.Kind, out.Notes = c.Kind, slices.Clone(c.Notes)
	for _, m := range c.files {
		out.Files = append(out.Files, FileReport{Name: m.name, Size: m.size, MimeType: c.named[m.name]})
	}
	var err error
	if c.Kind == KindS {
		err = c.verifySimple(ctx, opt, &out)
	} else {
		err = c.verifyManifests(ctx, opt, &out)
	}
	if err != nil {
		return Report{}, err
	}
	out.Unsigned = append(out.Unsigned, c.strays...)
	out.conclude()
	return out, nil
}

// conclude draws the overall verdict.
func (r *Report) conclude() {
	r.Verdict, r.Reason, r.Level = pki.Passed, pki.OK, cms.LevelBLT
	place := map[string]*FileReport{}
	for i := range r.Files {
		place[r.Files[i].Name] = &r.Files[i]
	}
	for i, s := range r.Signatures {
		if rank(s.Verdict) < rank(r.Verdict) {
			r.Verdict, r.Reason = s.Verdict, s.Reason
		}
		if levelRank(s.Level) < levelRank(r.Level) {
			r.Level = s.Level
		}
		for _, name := range s.Covers {
			if f := place[name]; f != nil {
				f.Signatures = append(f.Signatures, i)
			}
		}
	}
	if len(r.Signatures) == 0 {
		r.Reason, r.Level = pki.FormatFailure, cms.LevelCMS
		r.Verdict = r.Reason.Verdict()
		r.Notes = append(r.Notes, "nobody signed")
	}
	var open []string
	for _, f := range r.Files {
		if len(f.Signatures) == 0 {
			open = append(open, f.Name)
		}
	}
	r.Unsigned = append(open, r.Unsigned...)
	if len(r.Unsigned) > 0 && r.Verdict == pki.Passed {
		r.Reason = pki.SigConstraintsFailure
		r.Verdict = r.Reason.Verdict()
	}
	for _, name := range r.Unsigned {
		r.Notes = append(r.Notes, fmt.Sprintf("%q is not covered by a signature", name))
	}
}

func rank(v pki.Verdict) int {
	return slices.Index([]pki.Verdict{pki.Failed, pki.Indeterminate, pki.Passed}, v)
}

func levelRank(l cms.Level) int {
	return slices.Index([]cms.Level{cms.LevelCMS, cms.LevelBB, cms.LevelBT, cms.LevelBLT}, l)
}

// worsen lowers the verdict of a signature and of its signers to that of a reason.
func (r *SignatureReport) worsen(reason pki.Reason, notes ...string) {
	v := reason.Verdict()
	r.Notes = append(slices.Clone(r.Notes), notes...)
	if rank(v) < rank(r.Verdict) {
		r.Verdict, r.Reason = v, reason
	}
	for i := range r.Signers {
		if s := &r.Signers[i]; rank(v) < rank(s.Verdict) {
			s.Verdict, s.Reason = v, reason
		}
	}
}

func (c *Container) verifyManifests(ctx context.Context, opt Options, out *Report) error {
	sums, err := c.hash(ctx, opt.Progress, nil)
	if err != nil {
		return err
	}
	used := map[string]bool{}
	for _, m := range c.manifests {
		if m.stamped() {
			out.Notes = append(out.Notes, fmt.Sprintf("%q is a proof of time and is not evaluated", m.signature))
			continue
		}
		r, err := c.verifyManifest(m, opt)
		if err != nil {
			return err
		}
		if used[m.signature] {
			r.worsen(pki.FormatFailure, "the signature stands in two manifests")
		}
		used[m.signature] = true
		if c.flaws[m] == nil {
			c.compare(m, sums, opt, &r)
		}
		out.Signatures = append(out.Signatures, r)
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// verifyManifest checks the signature over the octets of a manifest.
func (c *Container) verifyManifest(m *manifest, opt Options) (SignatureReport, error) {
	r := SignatureReport{Member: m.signature, Manifest: m.member}
	unread := func(note string) (SignatureReport, error) {
		r.Report = cms.Report{
			Verdict: pki.Failed, Reason: pki.FormatFailure, Level: cms.LevelCMS, At: opt.At,
			Profile: newReport(opt).Profile, Notes: []string{note},
		}
		return r, nil
	}
	if err := c.flaws[m]; err != nil {
		return unread(err.Error())
	}
	at := c.byName[m.signature]
	base, meta := strings.CutPrefix(m.signature, folderMeta)
	if at == nil || !meta || !strings.Contains(strings.ToLower(base), "signature") || !strings.HasSuffix(base, ".p7s") {
		return unread(fmt.Sprintf("the signature %q is not there", m.signature))
	}
	octets, err := c.a.whole(at, cms.MaxSize)
	if errors.Is(err, ErrMalformed) {
		return unread(err.Error())
	}
	if err != nil {
		return r, err
	}
	r.Report = cms.VerifyOctets(octets, cms.Octets(c.octets[m]), opt.Options)
	return r, nil
}

// compare compares the files with the hash values of a manifest. The worst
// difference counts.
func (c *Container) compare(m *manifest, sums map[string]*digests, opt Options, r *SignatureReport) {
	if m.critical {
		r.worsen(pki.SigConstraintsFailure, "an extension of the manifest must be understood and is not")
	}
	foreign := ""
	for _, ref := range m.objects {
		d, h := sums[ref.name], methods[ref.algorithm]
		switch {
		case d == nil:
			r.worsen(pki.SignedDataNotFound, fmt.Sprintf("%q is not in the container", ref.name))
		case d.damage != nil:
			r.worsen(pki.HashFailure, d.damage.Error())
		case h == nil:
			r.worsen(pki.CryptoConstraintsFailure, fmt.Sprintf("the hash algorithm %q is not known", ref.algorithm))
		case !bytes.Equal(d.sums[h], ref.digest):
			r.worsen(pki.HashFailure, fmt.Sprintf("%q is not what was signed", ref.name))
		default:
			r.Covers = append(r.Covers, ref.name)
			if h.national == nil {
				foreign = h.name
			}
		}
	}
	if foreign == "" {
		return
	}
	note := "files are referred to by " + foreign + ", which is not of the national set"
	if opt.Verifier.Profile == pki.ProfileBPKI {
		r.worsen(pki.CryptoConstraintsFailure, note)
	} else {
		r.worsen(pki.OK, note)
	}
}

// digests are the hash values of one member, or why there are none.
type digests struct {
	sums   map[*method][]byte
	damage error
}

// hash reads every member that a manifest names once and computes what the
// manifests ask for; and for data objects also what more asks for.
func (c *Container) hash(ctx context.Context, report func(int), more *method) (map[string]*digests, error) {
	wanted := map[string][]*method{}
	want := func(name string, h *method) {
		if !slices.Contains(wanted[name], h) && h != nil {
			wanted[name] = append(wanted[name], h)
		}
	}
	for _, m := range c.manifests {
		for _, r := range m.objects {
			want(r.name, methods[r.algorithm])
		}
	}
	for _, m := range c.files {
		want(m.name, more)
	}
	out := map[string]*digests{}
	for _, m := range c.a.members {
		if len(wanted[m.name]) == 0 {
			if _, ok := c.named[m.name]; ok { // by an algorithm that is not known
				out[m.name] = &digests{}
			}
			continue
		}
		fs := map[*method]hash.Hash{}
		var sinks []io.Writer
		for _, h := range wanted[m.name] {
			f := h.make()
			fs[h], sinks = f, append(sinks, f)
		}
		d := &digests{sums: map[*method][]byte{}}
		if _, err := pass(ctx, io.MultiWriter(sinks...), c.a.open(m), report); errors.Is(err, ErrMalformed) {
			d.damage = err
		} else if err != nil {
			return nil, err
		}
		for h, f := range fs {
			d.sums[h] = f.Sum(nil)
		}
		out[m.name] = d
	}
	return out, nil
}

// verifySimple checks the one signature of ASiC-S over the one file (4.3).
func (c *Container) verifySimple(ctx context.Context, opt Options, out *Report) error {
	at := c.byName[simpleCAdES]
	if at == nil || len(c.files) != 1 || len(c.manifests) > 0 {
		out.Notes = append(out.Notes, "an ASiC-S holds one file and META-INF/signature.p7s")
		return nil
	}
	octets, err := c.a.whole(at, cms.MaxSize)
	if err != nil && !errors.Is(err, ErrMalformed) {
		return err
	}
	file := c.files[0]
	content := &memberContent{Content: cms.Stream(ctx, func() (io.ReadCloser, error) {
		return cms.Metered(io.NopCloser(c.a.open(file)), opt.Progress), nil
	})}
	r := SignatureReport{Member: at.name, Report: cms.VerifyOctets(octets, content, opt.Options)}
	switch {
	case errors.Is(content.failure, ErrMalformed):
		r.worsen(pki.HashFailure, content.failure.Error())
	case content.failure != nil:
		return content.failure
	case content.read && !slices.ContainsFunc(r.Signers, func(s cms.SignerReport) bool {
		return s.Reason == pki.HashFailure || s.Reason == pki.FormatFailure
	}):
		r.Covers = []string{file.name}
	}
	out.Signatures = append(out.Signatures, r)
	return ctx.Err()
}

// memberContent remembers whether the file was read and what went wrong.
type memberContent struct {
	cms.Content
	read    bool
	failure error
}

// Digest implements cms.Content.
func (m *memberContent) Digest(h *pki.HashAlgorithm) ([]byte, error) {
	sum, err := m.Content.Digest(h)
	if m.read = m.read || err == nil; err != nil {
		m.failure = err
	}
	return sum, err
}
