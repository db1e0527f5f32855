package portalclient

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"akno/backend/akno"
	"akno/backend/portalapi"
)

var aCopy = portalapi.DraftBackup{Epoch: anID, Id: anID, Version: 8, Rev: 5, OwnerEpoch: 2, OwnerDevice: anID, Size: 6}

func TestACopyOfADraftIsStoredOverWhatWasSeen(t *testing.T) {
	var got http.Header
	var body []byte
	c, _ := client(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		body, _ = io.ReadAll(r.Body)
		reply(w, aCopy)
	})
	out, err := c.StoreDraft(t.Context(), aCopy, 7, []byte("sealed"))
	if err != nil || out != aCopy || string(body) != "sealed" {
		t.Fatalf("%+v %q (%v)", out, body, err)
	}
	for name, want := range map[string]string{
		"If-Match": `"7"`, "If-None-Match": "", "X-Draft-Rev": "5", "X-Owner-Epoch": "2", "X-Owner-Device": anID, "Content-Type": "application/octet-stream",
	} {
		if got.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.Get(name), want)
		}
	}
	if _, err := c.StoreDraft(t.Context(), aCopy, 0, []byte("sealed")); err != nil || got.Get("If-None-Match") != "*" || got.Get("If-Match") != "" {
		t.Errorf("the first copy goes with %v (%v)", got, err)
	}
	if _, err := c.StoreDraft(t.Context(), aCopy, 8, []byte("sealed")); akno.CodeOf(err) != akno.Unavailable {
		t.Errorf("an answer about an earlier version is taken: %v", err)
	}
}

func TestAStaleWriteTellsWhatIsThereInstead(t *testing.T) {
	c, _ := client(t, func(w http.ResponseWriter, _ *http.Request) {
		problem(w, http.StatusPreconditionFailed, `{"status":412,"code":"conflict","fields":{"version":"9","rev":"6","ownerEpoch":"3","ownerDevice":"`+anID+`"}}`)
	})
	_, err := c.StoreDraft(t.Context(), aCopy, 7, []byte("sealed"))
	there, stale := Instead(err)
	want := portalapi.DraftBackup{Version: 9, Rev: 6, OwnerEpoch: 3, OwnerDevice: anID}
	if !stale || there != want || akno.CodeOf(err) != akno.Conflict {
		t.Errorf("%v", cmp.Diff(want, there))
	}
	if _, stale := Instead(errors.New("anything")); stale {
		t.Error("any failure is stale")
	}
}

func TestACopyIsReadWithItsOwner(t *testing.T) {
	answer := func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", "application/octet-stream")
		h.Set("ETag", `"8"`)
		h.Set("X-Draft-Rev", "5")
		h.Set("X-Owner-Epoch", "2")
		h.Set("X-Owner-Device", anID)
		h.Set("X-Portal-Epoch", anID)
		_, _ = io.WriteString(w, "sealed")
	}
	c, _ := client(t, answer)
	d, octets, err := c.ReadDraft(t.Context(), anID)
	if err != nil || d != aCopy || string(octets) != "sealed" {
		t.Errorf("%+v %q (%v)", d, octets, err)
	}

	c, _ = client(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		_, _ = io.WriteString(w, "a page of a hotel")
	})
	if _, _, err := c.ReadDraft(t.Context(), anID); akno.CodeOf(err) != akno.Unavailable {
		t.Errorf("octets of nobody are taken: %v", err)
	}

	c, _ = client(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"8"`)
		w.Header().Set("Content-Type", "application/octet-stream")
		_, _ = io.WriteString(w, strings.Repeat("x", MaxCopy+1))
	})
	if _, _, err := c.ReadDraft(t.Context(), anID); akno.CodeOf(err) != akno.TooLarge {
		t.Errorf("more than a copy holds is taken: %v", err)
	}
}
