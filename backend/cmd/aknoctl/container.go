package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"akno/backend/internal/atomicfile"
	"akno/backend/stb/asic"
	"akno/backend/stb/cms"
	"akno/backend/stb/pki"
)

// mimeTypes are types that are stated for files by the end of their names; about
// others nothing is said.
var mimeTypes = map[string]string{
	".txt": "text/plain", ".pdf": "application/pdf", ".xml": "text/xml", ".json": "application/json", ".html": "text/html",
	".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".tif": "image/tiff", ".tiff": "image/tiff",
	".odt": "application/vnd.oasis.opendocument.text", ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".zip": "application/zip",
}

// containerPlan is what a signed container is made of: new files, or the container
// that is there already and gets one more signature.
type containerPlan struct {
	out   string
	perm  os.FileMode
	paths []string
	files []asic.File
	old   *os.File // nil for a new one
	size  int64    // of the old one
	total int64    // of the files
}

// close closes what may be open still.
func (p *containerPlan) close() {
	if p.old != nil {
		p.old.Close()
	}
}

// planContainer looks at the files. With files a new container is made, and one
// that is there is never replaced: others may have signed it. Without files the
// container must be there.
func (e *env) planContainer(names []string, out string) (*containerPlan, error) {
	p := &containerPlan{out: out, perm: 0o644, paths: names}
	if len(names) == 0 {
		return p, p.openOld()
	}
	if _, err := os.Lstat(out); !errors.Is(err, fs.ErrNotExist) {
		return nil, usageError(fmt.Sprintf("%s is there already; --asic without files adds a signature to it", out))
	}
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			return nil, err
		}
		if !info.Mode().IsRegular() {
			return nil, usageError(name + " is no file")
		}
		p.total += info.Size()
		p.files = append(p.files, asic.File{
			Name: filepath.Base(name), Size: info.Size(), MimeType: mimeTypes[strings.ToLower(filepath.Ext(name))],
			Open: func() (io.ReadCloser, error) { return os.Open(name) },
		})
	}
	return p, nil
}

func (p *containerPlan) openOld() error {
	f, err := os.Open(p.out)
	if errors.Is(err, fs.ErrNotExist) {
		return usageError("no files to sign, and no container " + p.out)
	}
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return err
	}
	c, err := asic.Open(f, info.Size())
	if err != nil {
		f.Close()
		return fmt.Errorf("%s: %w", p.out, err)
	}
	p.old, p.size, p.perm = f, info.Size(), info.Mode().Perm()
	for _, x := range c.Files() {
		p.files, p.paths, p.total = append(p.files, x), append(p.paths, x.Name), p.total+x.Size
	}
	return nil
}

// signContainer makes the container, or the container with one more signature.
func (e *env) signContainer(ctx context.Context, p *containerPlan, s signOptions) (int, error) {
	m := e.newMeter(p.out, p.total)
	opt := asic.Signing{SignOptions: s.options(e), Progress: m.add}
	if s.raise != nil {
		opt.Raise = func(signature []byte, content cms.Content) ([]byte, error) {
			return s.raise.raise(ctx, signature, content, s.cert)
		}
	}
	err := atomicfile.Build(p.out, p.perm, func(f *os.File) error {
		if p.old != nil { // a file that is open cannot be replaced everywhere
			return errors.Join(asic.AddSignature(ctx, f, p.old, p.size, opt), p.old.Close())
		}
		return asic.Create(ctx, f, p.files, opt)
	})
	m.end()
	if err != nil {
		return exitUsage, said(err)
	}
	type signed struct {
		File string `json:"file"`
		Name string `json:"name"`
		Size int64  `json:"size"`
	}
	answer := struct {
		Container asic.Kind `json:"container"`
		Out       string    `json:"out"`
		Added     bool      `json:"added"`
		Files     []signed  `json:"files"`
	}{asic.KindE, p.out, p.old != nil, nil}
	text := fmt.Sprintf("%s: %d files signed", p.out, len(p.files))
	for i, f := range p.files {
		answer.Files = append(answer.Files, signed{p.paths[i], f.Name, f.Size})
		text += fmt.Sprintf("\n  %s, %d octets", f.Name, f.Size)
	}
	return exitYes, e.answer(answer, text)
}

// fileAnswer is the answer about one file of a container.
type fileAnswer struct {
	Name     string `json:"name"`
	Size     int64  `json:"size"`
	MimeType string `json:"mimeType,omitempty"`
	Signers  []int  `json:"signers"` // places in the list of signers, from 0
}

// verifyContainer answers about a signed container.
func (e *env) verifyContainer(ctx context.Context, src io.ReaderAt, size int64, name string, opt cms.Options) (signatureAnswer, error) {
	m := e.newMeter(name, size)
	r, err := asic.VerifyOctets(ctx, src, size, asic.Options{Options: opt, Progress: m.add})
	m.end()
	if err != nil {
		return signatureAnswer{}, err
	}
	a := signatureAnswer{
		outcome: outcome{r.Verdict, r.Reason, r.Notes}, Level: r.Level, Signers: []signerAnswer{},
		Container: r.Kind, Unsigned: r.Unsigned,
	}
	places := make([][]int, len(r.Signatures))
	for i, s := range r.Signatures {
		for _, n := range s.Notes {
			a.Notes = append(a.Notes, s.Member+": "+n)
		}
		if len(s.Signers) == 0 && s.Verdict != pki.Passed {
			a.Notes = append(a.Notes, fmt.Sprintf("%s: %s %s", s.Member, s.Verdict, s.Reason))
		}
		for _, x := range s.Signers {
			one := answerFor(x)
			one.Member = s.Member
			places[i] = append(places[i], len(a.Signers))
			a.Signers = append(a.Signers, one)
		}
	}
	for _, f := range r.Files {
		one := fileAnswer{f.Name, f.Size, f.MimeType, []int{}}
		for _, i := range f.Signatures {
			one.Signers = append(one.Signers, places[i]...)
		}
		a.Files = append(a.Files, one)
	}
	return a, nil
}
