package parcel

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/desktop/portalclient"
	"akno/backend/desktop/syncer"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/logx"
	"akno/backend/portalapi"
)

// queue is the exchange of a computer without a network.
func (c *computer) queue() *syncer.Syncer {
	c.t.Helper()
	clk := func() time.Time { return c.now }
	portal, err := portalclient.New(portalclient.Options{BaseURL: "https://portal.invalid", Now: clk})
	if err != nil {
		c.t.Fatal(err)
	}
	portal.SetOffline(true)
	return syncer.New(syncer.Options{DB: c.db, Portal: portal, Account: func() string { return c.who }, Now: clk, Log: logx.Discard()})
}

// waits puts a submission with a file into the outbox.
func (c *computer) waits(text string) syncer.Command {
	c.t.Helper()
	sum, n, err := c.db.Blobs().Put(bytes.NewReader([]byte(text)), 1<<20)
	if err != nil {
		c.t.Fatal(err)
	}
	req := portalapi.SubmissionRequest{OpId: ids.New(c.now), ApplicationId: ids.New(c.now), Submission: []byte("{}")}
	req.Document = &portalapi.FileRef{Sha256: sum, Size: n, MediaType: "application/pdf", Name: "a.pdf"}
	body, err := json.Marshal(req)
	if err != nil {
		c.t.Fatal(err)
	}
	cmd := syncer.Command{OpID: req.OpId, Account: c.who, Kind: syncer.Submit, Target: req.ApplicationId, Body: body, Files: []syncer.File{{SHA256: sum, Size: n}}}
	if err := c.db.Write(c.t.Context(), func(tx dbx.Tx) error { return syncer.Queue(c.t.Context(), tx, cmd, c.now) }); err != nil {
		c.t.Fatal(err)
	}
	return cmd
}

// queueFile is the queue of c in a file.
func (c *computer) queueFile(change func(*Outgoing)) string {
	c.t.Helper()
	all, err := c.queue().Carry(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	out, err := PackOutbox(all, c.db.Blobs(), c.now)
	if err != nil {
		c.t.Fatal(err)
	}
	defer out.Close()
	change(out)
	out.rounds = leastIterations
	if err := out.ForPassword(c.t.Context(), []byte(password)); err != nil {
		c.t.Fatal(err)
	}
	path := filepath.Join(c.t.TempDir(), "queue"+Extension)
	var file bytes.Buffer
	if err := out.WriteTo(c.t.Context(), &file, nil); err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		c.t.Fatal(err)
	}
	return path
}

func asPacked(*Outgoing) {}

const anna = "0193f0a0-0000-7000-8000-0000000000aa"

func TestAnOutboxIsCarriedWithItsFilesAndTakenInOnce(t *testing.T) {
	home, work := newComputer(t, anna), newComputer(t, anna)
	cmd := home.waits("the readable document")
	path := home.queueFile(asPacked)
	octets, err := os.ReadFile(path)
	if err != nil || bytes.Contains(octets, []byte("readable")) {
		t.Fatal("the file can be read", err)
	}
	look, err := LookAt(path)
	if err != nil || !look.Outbox || !look.Password {
		t.Fatalf("%+v, %v", look, err)
	}
	if _, err := Open(t.Context(), path, Password([]byte("another password"))); akno.CodeOf(err) != akno.BadPassword {
		t.Errorf("another password: %v", err)
	}
	for _, want := range []syncer.CarriedStanding{syncer.CarriedNew, syncer.CarriedSame} {
		in, err := Open(t.Context(), path, Password([]byte(password)))
		if err != nil || len(in.Outbox()) != 1 {
			t.Fatal(err)
		}
		got, err := in.TakeOutbox(t.Context(), work.queue(), work.db.Blobs())
		if err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("%v, %v", got, err)
		}
		if err := in.Close(); err != nil {
			t.Error(err)
		}
	}
	q, err := work.queue().Look(t.Context(), cmd.OpID)
	if err != nil || !bytes.Equal(q.Body, cmd.Body) || !q.Brought {
		t.Errorf("%+v, %v", q, err)
	}
	if text, err := work.db.Blobs().Read(cmd.Files[0].SHA256); err != nil || string(text) != "the readable document" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestAnOutboxThatIsNotOneIsRefused(t *testing.T) {
	for name, change := range map[string]func(o *Outgoing){
		"a file stays behind":      func(o *Outgoing) { o.manifest.Files = []fileEntry{} },
		"a command twice":          func(o *Outgoing) { o.manifest.Commands = append(o.manifest.Commands, o.manifest.Commands[0]) },
		"of another target":        func(o *Outgoing) { o.manifest.Commands[0].Target = anna },
		"called a parcel":          func(o *Outgoing) { o.head.Format = format },
		"nothing is in it":         func(o *Outgoing) { o.manifest.Commands, o.manifest.Files = nil, []fileEntry{} },
		"a form in it":             func(o *Outgoing) { o.manifest.Forms = []formEntry{{o.manifest.Files[0].SHA256, 2}} },
		"a kind nobody here knows": func(o *Outgoing) { o.manifest.Commands[0].Kind = "erase" },
	} {
		t.Run(name, func(t *testing.T) {
			home := newComputer(t, anna)
			home.waits("a")
			in, err := Open(t.Context(), home.queueFile(change), Password([]byte(password)))
			if akno.CodeOf(err) != akno.BadFile {
				t.Errorf("%v, %v", in, err)
			}
		})
	}
	if _, err := PackOutbox(nil, nil, time.Time{}); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("nothing to pack: %v", err)
	}
}
