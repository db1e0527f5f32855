package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/desktop/signer"
	"akno/backend/internal/testkit/testsettings"
	"akno/backend/portalapi"
)

const (
	application = "0193f0a0-0000-7000-8000-000000000001"
	proposal    = "0193f0a0-0000-7000-8000-000000000002"
)

// body is a portal with one application and its proposed decision.
type body struct {
	Portal          // what a test does not need
	filed    []byte // a submission
	document string
	taken    [][]byte // signatures
}

func (b *body) GetDeskApplication(context.Context, string) (*portalapi.DeskApplication, error) {
	sum := sha256.Sum256([]byte(b.document))
	return &portalapi.DeskApplication{
		Application: portalapi.Application{Id: application, Version: 3}, Submission: b.filed,
		Proposal: &portalapi.Proposal{
			Id: proposal, Document: portalapi.FileRef{Sha256: hex.EncodeToString(sum[:]), Size: int64(len(b.document))},
		},
	}, nil
}

func (b *body) DownloadDesk(_ context.Context, _, _ string, _ int64, w io.Writer) error {
	_, err := io.WriteString(w, b.document)
	return err
}

func (b *body) Decide(ctx context.Context, id string, c portalapi.DecisionCommand) (*portalapi.DeskApplication, error) {
	b.taken = append(b.taken, c.Signature)
	return b.GetDeskApplication(ctx, id)
}

// head signs by putting its name before the octets.
type head struct{}

func (head) SignDetached(_ context.Context, _ string, _, content []byte) (signer.Signed, error) {
	return signer.Signed{CMS: append([]byte("head:"), content...), Verdict: signer.Verdict{Rung: signer.Good}}, nil
}

func (head) VerifyDetached(context.Context, []byte, []byte) (signer.Verdict, error) {
	return signer.Verdict{}, nil
}

func newDesk(t *testing.T, document string) (*Service, *body) {
	t.Helper()
	filed, err := os.ReadFile("../../akno/canon/testdata/frozen/200.1.3.4.json")
	if err != nil {
		t.Fatal(err)
	}
	b := &body{filed: filed, document: document}
	return New(b, head{}, testsettings.Memory{}, func() time.Time { return time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC) }), b
}

func sumOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func TestTheHeadSignsWhatWasShown(t *testing.T) {
	d, b := newDesk(t, "granted")
	if _, err := d.Decide(t.Context(), application, proposal, sumOf("granted"), "key", []byte("correct")); err != nil {
		t.Fatal(err)
	}
	if len(b.taken) != 1 || string(b.taken[0]) != "head:granted" {
		t.Errorf("%q", b.taken)
	}
}

func TestTheHeadDoesNotSignWhatWasNotShown(t *testing.T) {
	for name, shown := range map[string]struct{ proposal, sum string }{
		"another document under the same proposal": {proposal, sumOf("granted")},
		"another proposal":                         {application, sumOf("refused")},
		"nothing":                                  {proposal, ""},
	} {
		d, b := newDesk(t, "refused")
		if _, err := d.Decide(t.Context(), application, shown.proposal, shown.sum, "key", []byte("correct")); akno.CodeOf(err) != akno.Conflict || len(b.taken) != 0 {
			t.Errorf("%s: %v, signed %q", name, err, b.taken)
		}
	}
}

func TestFilesOfAnAnswerCanBeSavedToo(t *testing.T) {
	answer := portalapi.FileRef{Sha256: sumOf("answer"), Name: "a.pdf"}
	v := View{DeskApplication: portalapi.DeskApplication{Application: portalapi.Application{
		Files:     []portalapi.FileRef{{Sha256: sumOf("scan"), Name: "s.pdf"}},
		Questions: []portalapi.Question{{}, {Files: &[]portalapi.FileRef{answer}}},
	}}}
	got := v.Files()
	if len(got) != 2 || got[0].Role != RoleAttachment || got[1] != FileOf(answer, RoleAnswer) {
		t.Errorf("%+v", got)
	}
}

func TestWhatIsBeingWrittenComesBack(t *testing.T) {
	d, _ := newDesk(t, "decision")
	const id = "0193f0a0-0000-7000-8000-000000000001"
	writing := []Writing{{Mode: "ask", Text: "Уточните, пожа"}}
	if err := d.Keep(t.Context(), id, writing); err != nil {
		t.Fatal(err)
	}
	var kept []Writing
	if err := d.memory.Setting(t.Context(), writings(id), &kept); err != nil || len(kept) != 1 || kept[0] != writing[0] {
		t.Errorf("%+v, %v", kept, err)
	}
	for name, bad := range map[string]error{
		"another's setting": d.Keep(t.Context(), "keyring", writing),
		"too many":          d.Keep(t.Context(), id, make([]Writing, maxWritings+1)),
		"too long":          d.Keep(t.Context(), id, []Writing{{Text: strings.Repeat("а", maxWriting)}}),
	} {
		if bad == nil {
			t.Errorf("%s was kept", name)
		}
	}
}
