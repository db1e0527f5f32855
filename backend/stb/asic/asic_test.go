package asic_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"akno/backend/stb/asic"
	"akno/backend/stb/bign"
	"akno/backend/stb/cms"
	"akno/backend/stb/internal/pkidev"
	"akno/backend/stb/pki"
)

func certificate(t testing.TB, name string) *pki.Certificate {
	t.Helper()
	c, err := pki.ParseCertificate(pkidev.File(t, "certs/"+name+".cer"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func signing(t testing.TB, name string) asic.Signing {
	t.Helper()
	d := pkidev.PrivateKey(t, name)
	k, err := bign.NewPrivateKey(map[int]*bign.Curve{32: bign.Curve256v1(), 48: bign.Curve384v1(), 64: bign.Curve512v1()}[len(d)], d)
	if err != nil {
		t.Fatal(err)
	}
	return asic.Signing{SignOptions: cms.SignOptions{Certificate: certificate(t, name), Signer: k, Time: pkidev.At.Add(-time.Minute)}}
}

// options trust both hierarchies of the set.
func options(t testing.TB) asic.Options {
	t.Helper()
	opt := asic.Options{Options: cms.Options{At: pkidev.At}}
	for _, name := range []string{"g-root", "b-root"} {
		opt.Verifier.Anchors = append(opt.Verifier.Anchors, certificate(t, name))
	}
	for _, name := range []string{"g-ruc", "b-ca", "b-puc"} {
		opt.Verifier.Intermediates = append(opt.Verifier.Intermediates, certificate(t, name))
	}
	for _, name := range []string{"g-root", "g-ruc", "b-root", "b-ca", "b-puc"} {
		l, err := pki.ParseRevocationList(pkidev.File(t, "crl/"+name+".crl"))
		if err != nil {
			t.Fatal(err)
		}
		opt.Verifier.CRLs = append(opt.Verifier.CRLs, l)
	}
	return opt
}

func file(name, text string) asic.File {
	return asic.File{Name: name, Size: int64(len(text)), MimeType: "text/plain", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(text)), nil
	}}
}

// create makes a container and returns its octets.
func create(t testing.TB, opt asic.Signing, files ...asic.File) []byte {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "c.asice"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := asic.Create(context.Background(), f, files, opt); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func add(t testing.TB, data []byte, opt asic.Signing) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := asic.AddSignature(context.Background(), &out, bytes.NewReader(data), int64(len(data)), opt); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func verify(t testing.TB, data []byte, opt asic.Options) asic.Report {
	t.Helper()
	r, err := asic.VerifyOctets(context.Background(), bytes.NewReader(data), int64(len(data)), opt)
	if err != nil {
		t.Fatal(err)
	}
	if r.Verdict != r.Reason.Verdict() {
		t.Errorf("verdict %s for %s", r.Verdict, r.Reason)
	}
	return r
}

// contents reads a ZIP with the reader of the standard library.
func contents(t testing.TB, data []byte) (names []string, texts map[string]string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	texts = map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		names, texts[f.Name] = append(names, f.Name), string(b)
	}
	return names, texts
}

var papers = []asic.File{file("заявление.txt", "прошу выдать"), file("приложения/a b&c%.txt", "копия"), file("empty", "")}

func TestAContainerOfSeveralFilesVerifies(t *testing.T) {
	for _, who := range []string{"g-fl1", "b-fl384", "b-fl512"} {
		data := create(t, signing(t, who), papers...)
		r := verify(t, data, options(t))
		if r.Verdict != pki.Passed || r.Level != cms.LevelBB || r.Kind != asic.KindE || len(r.Signatures) != 1 || len(r.Unsigned) > 0 {
			t.Fatalf("%s: %+v", who, r)
		}
		if s := r.Signatures[0]; len(s.Covers) != 3 || !s.Signers[0].Certificate.Equal(certificate(t, who)) {
			t.Errorf("%s: covers %v", who, s.Covers)
		}
		for i, f := range r.Files {
			if f.Name != papers[i].Name || f.Size != papers[i].Size || f.MimeType != "text/plain" || len(f.Signatures) != 1 {
				t.Errorf("%s: %+v", who, f)
			}
		}
		names, texts := contents(t, data)
		want := "mimetype, заявление.txt, приложения/a b&c%.txt, empty, META-INF/ASiCManifest001.xml, META-INF/signature001.p7s"
		if strings.Join(names, ", ") != want || texts["заявление.txt"] != "прошу выдать" {
			t.Errorf("%s: %v", who, names)
		}
		if string(data[30:38]) != "mimetype" || !bytes.HasPrefix(data[38:], []byte("application/vnd.etsi.asic-e+zip")) {
			t.Errorf("%s: the type is not at its place", who)
		}
		if !asic.Is(data) || asic.Is([]byte("0\x82")) {
			t.Error("not recognised")
		}
	}
}

func TestSeveralPeopleSignAndEarlierOctetsStay(t *testing.T) {
	data := create(t, signing(t, "g-fl1"), papers...)
	second := add(t, data, signing(t, "b-fl512"))
	third := add(t, second, signing(t, "g-up1"))
	directory := bytes.Index(data, []byte("PK\x01\x02"))
	if !bytes.Equal(second[:directory], data[:directory]) {
		t.Error("octets of earlier members changed")
	}
	_, before := contents(t, data)
	names, after := contents(t, third)
	for name, text := range before {
		if after[name] != text {
			t.Errorf("%s changed", name)
		}
	}
	r := verify(t, third, options(t))
	if r.Verdict != pki.Passed || len(r.Signatures) != 3 || len(names) != 10 {
		t.Fatalf("%s %s %v %v", r.Verdict, r.Reason, r.Notes, names)
	}
	for _, f := range r.Files {
		if len(f.Signatures) != 3 {
			t.Errorf("%s is covered by %v", f.Name, f.Signatures)
		}
	}
}

func TestASignatureOfAHigherLevelIsKept(t *testing.T) {
	opt := signing(t, "g-fl1")
	raised := false
	opt.Raise = func(signature []byte, content cms.Content) ([]byte, error) {
		if r := cms.VerifyOctets(signature, content, options(t).Options); r.Verdict != pki.Passed {
			t.Errorf("%s", r.Reason)
		}
		raised = true
		return cms.AddValidationData(signature, []*pki.Certificate{certificate(t, "g-ruc")}, nil, nil)
	}
	if r := verify(t, create(t, opt, papers...), options(t)); r.Verdict != pki.Passed || !raised {
		t.Errorf("%s", r.Reason)
	}
	opt.Raise = func([]byte, cms.Content) ([]byte, error) { return nil, io.ErrClosedPipe }
	f, err := os.Create(filepath.Join(t.TempDir(), "c"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := asic.Create(context.Background(), f, papers, opt); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("%v", err)
	}
}

func TestFilesThatDoNotGoTogetherAreRefused(t *testing.T) {
	long := strings.Repeat("x", 1100)
	for name, files := range map[string][]asic.File{
		"none":                      nil,
		"twice":                     {file("a", ""), file("a", "")},
		"another case":              {file("Заявление", ""), file("заявление", "")},
		"another composition":       {file("мой", ""), file("мои\u0306", "")},
		"case and composition":      {file("МОЙ", ""), file("мои\u0306", "")},
		"a character without width": {file("a\u200bb", ""), file("ab", "")},
		"a dot at the end":          {file("a", ""), file("a.", "")},
		"a file and a folder":       {file("a", ""), file("A/b", "")},
		"the type":                  {file("Mimetype", "")},
		"the container's folder":    {file("META-INF/x", "")},
		"its folder in small":       {file("meta-inf/x", "")},
		"its folder as a file":      {file("META-INF", "")},
		"out of the container":      {file("../a", "")},
		"from the root":             {file("/a", "")},
		"of another system":         {file("a\\b", "")},
		"of a drive":                {file("c:a", "")},
		"a folder":                  {file("a/", "")},
		"without a name":            {file("", "")},
		"not UTF-8":                 {file("\xff", "")},
		"turning":                   {file("a\u202etxt.exe", "")},
		"with a line feed":          {file("a\nb", "")},
		"too long":                  {file(long, "")},
		"too large":                 {{Name: "a", Size: 1 << 50}},
		"of a negative length":      {{Name: "a", Size: -1}},
	} {
		f, err := os.Create(filepath.Join(t.TempDir(), "c"))
		if err != nil {
			t.Fatal(err)
		}
		if err := asic.Create(context.Background(), f, files, signing(t, "g-fl1")); !errors.Is(err, asic.ErrFiles) {
			t.Errorf("%s: %v", name, err)
		}
		if info, err := f.Stat(); err != nil || info.Size() > 0 {
			t.Errorf("%s: something was written", name)
		}
		f.Close()
	}
	for _, size := range []int64{3, 5} {
		f, err := os.Create(filepath.Join(t.TempDir(), "c"))
		if err != nil {
			t.Fatal(err)
		}
		changed := file("a", "four")
		changed.Size = size
		if err := asic.Create(context.Background(), f, []asic.File{changed}, signing(t, "g-fl1")); !errors.Is(err, asic.ErrFiles) {
			t.Errorf("stated %d: %v", size, err)
		}
		f.Close()
	}
}

func TestNamesThatOnlyLookAlikeGoTogether(t *testing.T) {
	data := create(t, signing(t, "g-fl1"), file("мой", "1"), file("мои", "2"), file("a/b", "3"), file("a/c", "4"), file("a b", "5"))
	if r := verify(t, data, options(t)); r.Verdict != pki.Passed {
		t.Errorf("%s %v", r.Reason, r.Notes)
	}
}

func TestLongFilesAreWatchedAndStopWithTheContext(t *testing.T) {
	const size = 8 << 20
	long := asic.File{Name: "long", Size: size, Open: func() (io.ReadCloser, error) { return io.NopCloser(io.LimitReader(zeros{}, size)), nil }}
	passed := 0
	opt := signing(t, "g-fl1")
	opt.Progress = func(n int) { passed += n }
	data := create(t, opt, long)
	if passed != size {
		t.Errorf("told of %d octets", passed)
	}
	check := options(t)
	passed = 0
	check.Progress = func(n int) { passed += n }
	if r := verify(t, data, check); r.Verdict != pki.Passed || passed != size {
		t.Errorf("%s, told of %d octets", r.Reason, passed)
	}
	for name, work := range map[string]func(ctx context.Context, progress func(int)) error{
		"create": func(ctx context.Context, progress func(int)) error {
			f, err := os.Create(filepath.Join(t.TempDir(), "c"))
			if err != nil {
				return err
			}
			defer f.Close()
			opt.Progress = progress
			return asic.Create(ctx, f, []asic.File{long}, opt)
		},
		"add": func(ctx context.Context, progress func(int)) error {
			opt.Progress = progress
			return asic.AddSignature(ctx, io.Discard, bytes.NewReader(data), int64(len(data)), opt)
		},
		"verify": func(ctx context.Context, progress func(int)) error {
			check.Progress = progress
			_, err := asic.VerifyOctets(ctx, bytes.NewReader(data), int64(len(data)), check)
			return err
		},
	} {
		ctx, cancel := context.WithCancel(context.Background())
		passed = 0
		if err := work(ctx, func(n int) {
			if passed += n; passed > 1<<20 {
				cancel()
			}
		}); !errors.Is(err, context.Canceled) || passed > 2<<20 {
			t.Errorf("%s: %v after %d octets", name, err, passed)
		}
		cancel()
	}
}

// zeros is an endless file.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
