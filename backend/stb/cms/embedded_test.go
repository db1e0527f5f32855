package cms_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"akno/backend/stb/cms"
	"akno/backend/stb/internal/pkidev"
	"akno/backend/stb/pki"
)

func source(data []byte) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
}

// judgement is what two ways of verifying must agree on.
func judgement(r cms.Report) string {
	s := fmt.Sprint(r.Verdict, r.Reason, r.Level, len(r.Signers))
	for _, x := range r.Signers {
		s += fmt.Sprint("; ", x.Verdict, x.Reason, x.Level, x.SigningTime, x.TimestampTime, x.Certificate != nil)
	}
	return s
}

// sameBothWays verifies a message held and streamed and wants one judgement.
func sameBothWays(t *testing.T, name string, data []byte, content cms.Content, opt cms.Options) cms.Report {
	t.Helper()
	held := cms.VerifyOctets(data, content, opt)
	streamed, err := cms.VerifyStream(context.Background(), source(data), content, opt)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if judgement(held) != judgement(streamed) {
		t.Errorf("%s: held %s, streamed %s %v", name, judgement(held), judgement(streamed), streamed.Notes)
	}
	return streamed
}

// optionsOfBoth are those of both hierarchies.
func optionsOfBoth(t testing.TB) cms.Options {
	check := options(t)
	check.Verifier.Anchors = append(check.Verifier.Anchors, certificate(t, "certs/b-root.cer"))
	check.Verifier.Intermediates = append(check.Verifier.Intermediates, certificate(t, "certs/b-ca.cer"), certificate(t, "certs/b-puc.cer"))
	check.Verifier.CRLs = append(check.Verifier.CRLs, list(t, "crl/b-puc.crl"), list(t, "crl/b-ca.crl"), list(t, "crl/b-root.crl"))
	return check
}

func signAttached(t testing.TB, doc []byte, opt cms.SignOptions) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := cms.SignAttached(context.Background(), &out, bytes.NewReader(doc), int64(len(doc)), opt); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestAStreamedMessageIsJudgedAsOneThatIsHeld(t *testing.T) {
	for _, e := range pkidev.Entries(t, "cms") {
		if !strings.HasSuffix(e.File, ".p7s") {
			continue
		}
		data, opt := pkidev.File(t, e.File), optionsOf(t, e)
		sameBothWays(t, e.File, data, contentOf(t, e), opt)
		sameBothWays(t, e.File+" without content", data, nil, opt)
		sameBothWays(t, e.File+" loosened", loosen(t, data, nil), contentOf(t, e), opt)
		sameBothWays(t, e.File+" with an octet more", append(bytes.Clone(data), 0), contentOf(t, e), opt)
	}
}

func TestAStreamedMessageThatIsCutIsMalformed(t *testing.T) {
	opt := signOptions(t, "g-fl1")
	for name, data := range map[string][]byte{
		"definite":   signAttached(t, []byte("document"), opt),
		"indefinite": loosen(t, signAttached(t, []byte("document"), opt), [][]byte{opt.Certificate.Raw}),
	} {
		for n := range len(data) {
			if _, err := cms.ParseStream(context.Background(), source(data[:n])); !errors.Is(err, cms.ErrMalformed) {
				t.Fatalf("%s cut to %d octets: %v", name, n, err)
			}
		}
	}
}

func TestAttachedSignaturesOfAnyLengthVerify(t *testing.T) {
	for _, who := range []string{"g-fl1", "b-fl384", "b-fl512"} {
		for _, n := range []int{0, 1, 127, 128, 65535, 65536, 200000} {
			doc := bytes.Repeat([]byte{byte(n), 2, 3}, n/3+1)[:n]
			opt, check := signOptions(t, who), optionsOfBoth(t)
			opt.Chain = []*pki.Certificate{certificate(t, "certs/g-ruc.cer")}
			data := signAttached(t, doc, opt)
			name := fmt.Sprintf("%s, %d octets", who, n)
			if r := sameBothWays(t, name, data, nil, check); r.Verdict != pki.Passed || r.Level != cms.LevelBB {
				t.Errorf("%s: %s", name, judgement(r))
			}
			sd, err := cms.Parse(data)
			if err != nil || !bytes.Equal(sd.Content, doc) || sd.ContentSize != int64(n) {
				t.Errorf("%s: content %v", name, err)
			}
			if again, err := cms.AddValidationData(data, nil, nil, nil); err != nil || !bytes.Equal(again, data) {
				t.Errorf("%s: not DER, %v", name, err)
			}
			var out bytes.Buffer
			if err := cms.Extract(context.Background(), &out, source(data)); err != nil || !bytes.Equal(out.Bytes(), doc) {
				t.Errorf("%s: extracted %d octets, %v", name, out.Len(), err)
			}
		}
	}
}

func TestADetachedSignatureOfAnyLevelTakesItsContentIn(t *testing.T) {
	doc := bytes.Repeat([]byte("заявление"), 50000)
	sig := mustStamp(t, mustSign(t, cms.Octets(doc), signOptions(t, "g-fl1")), pkidev.At)
	sig, err := cms.AddSigner(sig, cms.Octets(doc), signOptions(t, "b-fl384"))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := cms.Attach(context.Background(), &out, sig, bytes.NewReader(doc), int64(len(doc))); err != nil {
		t.Fatal(err)
	}
	check := optionsOfBoth(t)
	if r := sameBothWays(t, "two signers", out.Bytes(), nil, check); r.Verdict != pki.Passed || len(r.Signers) != 2 || r.Signers[0].Level == r.Signers[1].Level {
		t.Errorf("%s", judgement(r))
	}
	if r := sameBothWays(t, "another document beside it", out.Bytes(), cms.Octets([]byte("other")), check); r.Reason != pki.HashFailure {
		t.Errorf("another document: %s", judgement(r))
	}
	other := bytes.Clone(doc)
	other[len(other)/2] ^= 1
	if err := cms.Attach(context.Background(), io.Discard, sig, bytes.NewReader(other), int64(len(other))); !errors.Is(err, cms.ErrContent) {
		t.Errorf("another content: %v", err)
	}
	if err := cms.Attach(context.Background(), io.Discard, out.Bytes(), bytes.NewReader(doc), int64(len(doc))); !errors.Is(err, cms.ErrMalformed) {
		t.Errorf("an attached signature: %v", err)
	}
}

func TestAChangedContentIsFoundInAStream(t *testing.T) {
	data := signAttached(t, bytes.Repeat([]byte("document "), 30000), signOptions(t, "g-fl1"))
	data[100000] ^= 1
	if r := sameBothWays(t, "changed", data, nil, options(t)); r.Reason != pki.HashFailure {
		t.Errorf("%s", judgement(r))
	}
}

func TestAHashThatIsNotAnnouncedCostsOneMoreReading(t *testing.T) {
	data := signAttached(t, []byte("document"), signOptions(t, "g-fl1"))
	id := pki.BeltHash.OIDDER()
	i := bytes.Index(data, id)
	data[i+len(id)-1]++ // the set of digest algorithms stands first and is not signed
	opened := 0
	open := func() (io.ReadCloser, error) {
		opened++
		return io.NopCloser(bytes.NewReader(data)), nil
	}
	r, err := cms.VerifyStream(context.Background(), open, nil, options(t))
	if err != nil || r.Verdict != pki.Passed || opened != 2 {
		t.Errorf("%s, %v, opened %d times", judgement(r), err, opened)
	}
}

func TestAMessageThatCannotBeReadIsNotJudged(t *testing.T) {
	data := signAttached(t, bytes.Repeat([]byte("document "), 30000), signOptions(t, "g-fl1"))
	broken := errors.New("the disk is gone")
	for _, n := range []int{0, 1, 30, 1000, 200000, len(data) - 1, len(data)} {
		open := func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(bytes.NewReader(data[:n]), iotest.ErrReader(broken))), nil
		}
		if _, err := cms.VerifyStream(context.Background(), open, nil, options(t)); !errors.Is(err, broken) {
			t.Errorf("after %d octets: %v", n, err)
		}
	}
	absent := func() (io.ReadCloser, error) { return nil, broken }
	if _, err := cms.VerifyStream(context.Background(), absent, nil, options(t)); !errors.Is(err, broken) {
		t.Errorf("absent: %v", err)
	}
}

// stopper ends a context after some octets.
type stopper struct {
	r     io.Reader
	after int
	stop  context.CancelFunc
}

func (s *stopper) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if s.after -= n; s.after <= 0 {
		s.stop()
	}
	return n, err
}

func TestLongWorkStopsWithItsContext(t *testing.T) {
	const size = 8 << 20
	opt := signOptions(t, "g-fl1")
	for name, work := range map[string]func(ctx context.Context, r io.Reader) error{
		"sign attached": func(ctx context.Context, r io.Reader) error {
			return cms.SignAttached(ctx, io.Discard, r, size, opt)
		},
		"attach": func(ctx context.Context, r io.Reader) error {
			return cms.Attach(ctx, io.Discard, mustSign(t, cms.Octets(nil), opt), r, size)
		},
		"verify": func(ctx context.Context, r io.Reader) error {
			head := []byte{0x30, 0x80, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 7, 2, 0xa0, 0x80, 0x30, 0x80, 2, 1, 1, 0x31, 0, 0x30, 0x80, 6, 1, 42, 0xa0, 0x80, 4, 0x84, 0, 0x80, 0, 0}
			_, err := cms.VerifyStream(ctx, func() (io.ReadCloser, error) {
				return io.NopCloser(io.MultiReader(bytes.NewReader(head), r)), nil
			}, nil, options(t))
			return err
		},
	} {
		ctx, cancel := context.WithCancel(context.Background())
		r := &stopper{io.LimitReader(zeros{}, size), 1 << 20, cancel}
		if err := work(ctx, r); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
		if read := 1<<20 - r.after; read > 2<<20 {
			t.Errorf("%s: %d octets were read after the end", name, -r.after)
		}
	}
}

func TestAContentOfAnotherLengthIsRefused(t *testing.T) {
	opt := signOptions(t, "g-fl1")
	for _, size := range []int64{-1, 7, 9} {
		if err := cms.SignAttached(context.Background(), io.Discard, strings.NewReader("document"), size, opt); err == nil {
			t.Errorf("stated %d", size)
		}
	}
	opt.Signer = faulty{key(t, "g-fl1")}
	if err := cms.SignAttached(context.Background(), io.Discard, strings.NewReader("document"), 8, opt); !errors.Is(err, cms.ErrSigner) {
		t.Errorf("a faulty token: %v", err)
	}
	opt.Signer = key(t, "g-fl2")
	if err := cms.SignAttached(context.Background(), io.Discard, strings.NewReader("document"), 8, opt); !errors.Is(err, cms.ErrSigner) {
		t.Errorf("another key: %v", err)
	}
}

func TestContentInTinyPiecesCostsNoMemory(t *testing.T) {
	const pieces = 200000
	loose := append([]byte{0x30, 0x80, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 7, 2, 0xa0, 0x80, 0x30, 0x80, 2, 1, 1, 0x31, 0, 0x30, 0x80, 6, 1, 42, 0xa0, 0x80, 0x24, 0x80}, bytes.Repeat([]byte{4, 1, 'x'}, pieces)...)
	loose = append(append(loose, make([]byte, 6)...), 0x31, 0, 0, 0, 0, 0, 0, 0)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	sd, err := cms.ParseStream(context.Background(), source(loose))
	runtime.ReadMemStats(&after)
	if err != nil || sd.ContentSize != pieces {
		t.Fatalf("%v", err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20 {
		t.Errorf("%d octets allocated", used)
	}
}

func FuzzStream(f *testing.F) {
	opt := signOptions(f, "g-fl1")
	f.Add(signAttached(f, []byte("document"), opt))
	f.Add(mustSign(f, cms.Octets([]byte("document")), opt))
	for _, e := range pkidev.Entries(f, "cms") {
		if strings.HasSuffix(e.File, ".p7s") {
			f.Add(pkidev.File(f, e.File))
		}
	}
	check, doc := options(f), cms.Octets([]byte("document"))
	f.Fuzz(func(t *testing.T, data []byte) {
		held, err1 := cms.Parse(data)
		var content bytes.Buffer
		if err := cms.Extract(context.Background(), &content, source(data)); err == nil && content.Len() > len(data) {
			t.Fatalf("%d octets of content in a message of %d", content.Len(), len(data))
		}
		streamed, err2 := cms.ParseStream(context.Background(), source(data))
		if err1 == nil && err2 != nil {
			t.Fatalf("held it parses, streamed it does not: %v", err2)
		}
		if err1 != nil || err2 != nil {
			return
		}
		if a, b := judgement(cms.Verify(held, doc, check)), judgement(cms.Verify(streamed, doc, check)); a != b {
			t.Errorf("held %s, streamed %s", a, b)
		}
	})
}
