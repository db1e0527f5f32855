package httpapi

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"

	"akno/backend/akno"
	"akno/backend/portal/draftbackup"
	"akno/backend/portalapi"
)

// putDraft sends a copy with its headers, in pairs.
func (r *rig) putDraft(token, id string, octets []byte, header ...string) answer {
	r.t.Helper()
	req := httptest.NewRequest("PUT", "/v1/drafts/"+id, bytes.NewReader(octets))
	req.Header.Set("Content-Type", "application/octet-stream")
	req.Header.Set("Authorization", "Bearer "+token)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return r.send(req)
}

func TestACopyOfADraftIsPutReadTakenAndRemoved(t *testing.T) {
	r := newRig(t, nil)
	token, device, second := r.email("a@b.by"), r.id(), r.id()
	id := r.id()
	owner := []string{"X-Draft-Rev", "5", "X-Owner-Epoch", "1", "X-Owner-Device", device}
	put := get[portalapi.DraftBackup](t, r.putDraft(token, id, []byte("sealed"), append(owner, "If-None-Match", "*")...))
	if put.Version != 1 || put.Rev != 5 || put.Size != 6 || put.Epoch != r.db.Epoch() {
		t.Errorf("%+v", put)
	}

	stale := r.putDraft(token, id, []byte("again"), append(owner, "If-None-Match", "*")...)
	if stale.status != http.StatusPreconditionFailed || stale.problem.Code != string(akno.Conflict) {
		t.Fatalf("%d %s", stale.status, stale.body)
	}
	if f := *stale.problem.Fields; f["version"] != "1" || f["rev"] != "5" || f["ownerEpoch"] != "1" || f["ownerDevice"] != device {
		t.Errorf("%v", f)
	}

	read := r.do("GET", "/v1/drafts/"+id, token, nil)
	if h := read.header; read.status != http.StatusOK || string(read.body) != "sealed" || h.Get("ETag") != `"1"` || h.Get("X-Draft-Rev") != "5" ||
		h.Get("X-Owner-Epoch") != "1" || h.Get("X-Owner-Device") != device || h.Get("X-Portal-Epoch") != put.Epoch {
		t.Errorf("%d %q %v", read.status, read.body, h)
	}
	if l := get[portalapi.DraftBackupList](t, r.do("GET", "/v1/drafts", token, nil)); len(l.Items) != 1 || l.Items[0] != put {
		t.Errorf("%+v", l)
	}

	taken := get[portalapi.DraftBackup](t, r.do("PUT", "/v1/drafts/"+id+"/owner", token, portalapi.DraftOwner{OwnerEpoch: 1, DeviceId: second}))
	if taken.OwnerEpoch != 2 || taken.OwnerDevice != second {
		t.Errorf("%+v", taken)
	}
	if a := r.do("PUT", "/v1/drafts/"+id+"/owner", token, portalapi.DraftOwner{OwnerEpoch: 1, DeviceId: device}); a.status != http.StatusPreconditionFailed {
		t.Errorf("%d %s", a.status, a.body)
	}
	remove := func(tag string) answer {
		req := httptest.NewRequest("DELETE", "/v1/drafts/"+id, nil)
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("If-Match", tag)
		return r.send(req)
	}
	if a := remove(`"1"`); a.status != http.StatusPreconditionFailed {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := remove(`"2"`); a.status != http.StatusNoContent {
		t.Errorf("%d %s", a.status, a.body)
	}
	r.do("GET", "/v1/drafts/"+id, token, nil).want(t, akno.NotFound)
}

func TestAnotherPersonsCopyIsAnsweredAsOneThatDoesNotExist(t *testing.T) {
	r := newRig(t, nil)
	anna, boris := r.eds(numberA, "", ""), r.eds(numberB, "", "")
	id, device := r.id(), r.id()
	get[portalapi.DraftBackup](t, r.putDraft(anna, id, []byte("sealed"), "X-Draft-Rev", "1", "X-Owner-Epoch", "1", "X-Owner-Device", device, "If-None-Match", "*"))
	there, nowhere := r.do("GET", "/v1/drafts/"+id, boris, nil), r.do("GET", "/v1/drafts/"+r.id(), boris, nil)
	there.want(t, akno.NotFound)
	nowhere.want(t, akno.NotFound)
}

func TestACopyIsTakenInItsTypeAndSizeOnly(t *testing.T) {
	r := newRig(t, nil)
	token := r.email("a@b.by")
	header := []string{"X-Draft-Rev", "1", "X-Owner-Epoch", "1", "X-Owner-Device", r.id(), "If-None-Match", "*"}
	r.putDraft(token, r.id(), []byte("{}"), append(header, "Content-Type", "application/json")...).want(t, akno.Invalid)
	r.putDraft(token, r.id(), make([]byte, draftbackup.MaxBody+1), header...).want(t, akno.TooLarge)
	r.putDraft(token, r.id(), []byte("sealed")).want(t, akno.Invalid)
	r.putDraft(token, "0193f0a0", []byte("sealed"), header...).want(t, akno.NotFound)
}
