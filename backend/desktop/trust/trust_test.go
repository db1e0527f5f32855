package trust

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/clock"
	"akno/backend/internal/judge"
	"akno/backend/internal/testkit/testpki"
	"akno/backend/portalapi"
	"akno/backend/stb/pki"
)

// source is a portal with trust data.
type source struct {
	data portalapi.TrustData
	err  error
}

func (s source) GetTrust(context.Context) (*portalapi.TrustData, error) { return &s.data, s.err }

// world is a hierarchy and a store that trusts its root.
type world struct {
	root, ruc *testpki.Authority
	anchors   string
	dir       string
}

func newWorld(t *testing.T) world {
	w := world{root: testpki.Root(t, "КУЦ"), anchors: t.TempDir(), dir: t.TempDir()}
	w.ruc = w.root.Issuing(t, "РУЦ")
	if err := os.WriteFile(filepath.Join(w.anchors, "kuc.cer"), w.root.Cert.Raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w world) open(t *testing.T) *Store {
	t.Helper()
	s, err := Open(w.dir, []string{w.anchors}, clock.Fixed(testpki.Noon))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (w world) data(t *testing.T) source {
	return source{data: portalapi.TrustData{
		Intermediates: [][]byte{w.ruc.Cert.Raw},
		Lists:         [][]byte{w.root.List(t, testpki.Noon.Add(-time.Hour)), w.ruc.List(t, testpki.Noon.Add(-time.Hour))},
	}}
}

func TestRefreshedDataOutliveTheProgram(t *testing.T) {
	w := newWorld(t)
	anna := w.ruc.Person(t, testpki.Anna)
	s := w.open(t)
	if _, err := judge.Certificate(s.Verifier(), anna.Cert, pki.PurposeSign, testpki.Noon); akno.CodeOf(err) != akno.CertUntrusted {
		t.Fatalf("before the refresh: %v", err)
	}
	if err := s.Refresh(t.Context(), w.data(t)); err != nil {
		t.Fatal(err)
	}
	for name, st := range map[string]*Store{"refreshed": s, "opened again": w.open(t)} {
		if _, err := judge.Certificate(st.Verifier(), anna.Cert, pki.PurposeSign, testpki.Noon); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if snap := st.Snapshot(); len(snap.Anchors) != 1 || len(snap.Intermediates) != 1 || len(snap.Lists) != 2 || len(snap.Problems) != 0 {
			t.Errorf("%s: %+v", name, snap)
		}
	}
}

func TestRevocationReachesTheVerdict(t *testing.T) {
	for why, want := range map[pki.RevocationReason]akno.Code{
		pki.ReasonKeyCompromise:   akno.CertRevoked,
		pki.ReasonCertificateHold: akno.CertSuspended,
	} {
		w := newWorld(t)
		anna := w.ruc.Person(t, testpki.Anna)
		w.ruc.Revoke(anna.Cert, testpki.Noon.Add(-2*time.Hour), why)
		s := w.open(t)
		if err := s.Refresh(t.Context(), w.data(t)); err != nil {
			t.Fatal(err)
		}
		if _, err := judge.Certificate(s.Verifier(), anna.Cert, pki.PurposeSign, testpki.Noon); akno.CodeOf(err) != want {
			t.Errorf("reason %v: %v, want %v", why, err, want)
		}
	}
}

func TestTimeReachesTheVerdict(t *testing.T) {
	w := newWorld(t)
	s := w.open(t)
	if err := s.Refresh(t.Context(), w.data(t)); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[akno.Code]func(*pki.Template){
		akno.CertExpired: testpki.Between(testpki.Noon.AddDate(-2, 0, 0), testpki.Noon.Add(-time.Second)),
		akno.CertNotYet:  testpki.Between(testpki.Noon.Add(time.Second), testpki.Noon.AddDate(1, 0, 0)),
	} {
		anna := w.ruc.Person(t, testpki.Anna, change)
		if _, err := judge.Certificate(s.Verifier(), anna.Cert, pki.PurposeSign, testpki.Noon); akno.CodeOf(err) != want {
			t.Errorf("%v, want %v", err, want)
		}
	}
}

func TestStaleListIsNoAnswer(t *testing.T) {
	w := newWorld(t)
	anna := w.ruc.Person(t, testpki.Anna)
	s := w.open(t)
	if err := s.Refresh(t.Context(), w.data(t)); err != nil {
		t.Fatal(err)
	}
	if _, err := judge.Certificate(s.Verifier(), anna.Cert, pki.PurposeSign, testpki.Noon.AddDate(0, 1, 0)); akno.CodeOf(err) != akno.NoRevocation {
		t.Errorf("a month later: %v", err)
	}
}

func TestForeignDataAreRefusedAndTheOldStay(t *testing.T) {
	w, rogue := newWorld(t), newWorld(t)
	s := w.open(t)
	if err := s.Refresh(t.Context(), w.data(t)); err != nil {
		t.Fatal(err)
	}
	anna := w.ruc.Person(t, testpki.Anna)
	older := w.ruc.List(t, testpki.Noon.AddDate(0, 0, -3))
	for name, der := range map[string][]byte{
		"an authority of the same name": rogue.ruc.Cert.Raw,
		"another root":                  rogue.root.Cert.Raw,
		"its list":                      rogue.ruc.List(t, testpki.Noon),
		"a person":                      anna.Cert.Raw,
		"an older list":                 older,
		"noise":                         []byte("noise"),
		"nothing":                       nil,
	} {
		if err := s.Add(der); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if snap := w.open(t).Snapshot(); len(snap.Anchors) != 1 || len(snap.Intermediates) != 1 || len(snap.Lists) != 2 || len(snap.Problems) != 0 {
		t.Errorf("afterwards: %+v", snap)
	}
	if _, err := judge.Certificate(s.Verifier(), anna.Cert, pki.PurposeSign, testpki.Noon); err != nil {
		t.Error(err)
	}
}

func TestDamagedFilesAreNamedAndPassedOver(t *testing.T) {
	w := newWorld(t)
	s := w.open(t)
	if err := s.Refresh(t.Context(), w.data(t)); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{filepath.Join(w.anchors, "bad.cer"), filepath.Join(s.listDir(), "bad.crl"), filepath.Join(s.certDir(), "empty.cer")} {
		if err := os.WriteFile(f, []byte("damaged"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	snap := w.open(t).Snapshot()
	if len(snap.Problems) != 3 || len(snap.Anchors) != 1 || len(snap.Lists) != 2 {
		t.Errorf("%+v", snap)
	}
}

func TestNewerListReplacesTheFile(t *testing.T) {
	w := newWorld(t)
	s := w.open(t)
	if err := s.Refresh(t.Context(), w.data(t)); err != nil {
		t.Fatal(err)
	}
	if err := s.Add(w.ruc.List(t, testpki.Noon)); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(s.listDir())
	if err != nil || len(files) != 2 {
		t.Errorf("%d files, %v", len(files), err)
	}
}

func TestNetworkFailureIsTold(t *testing.T) {
	down := errors.New("no network")
	if err := newWorld(t).open(t).Refresh(t.Context(), source{err: down}); !errors.Is(err, down) {
		t.Errorf("err = %v", err)
	}
}
