package httpapi

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http/httptest"
	"testing"

	"akno/backend/akno"
	"akno/backend/portalapi"
)

// push sends ops as a device does.
func (r *rig) push(token, mediaType string, ops ...portalapi.PushOp) answer {
	r.t.Helper()
	raw, err := json.Marshal(portalapi.PushRequest{Epoch: "0193f0a0-0000-7000-8000-000000000000", Ops: ops})
	if err != nil {
		r.t.Fatal(err)
	}
	req := httptest.NewRequest("POST", "/v1/sync/push", bytes.NewReader(raw))
	req.Header.Set("Content-Type", mediaType)
	req.Header.Set("Authorization", "Bearer "+token)
	return r.send(req)
}

// op is a command with its hash.
func (r *rig) op(kind string, body map[string]any) portalapi.PushOp {
	r.t.Helper()
	id, target := r.id(), r.id()
	if body["opId"] == nil {
		body["opId"] = id
	}
	raw, err := json.Marshal(body)
	if err != nil {
		r.t.Fatal(err)
	}
	sum := sha256.Sum256(raw)
	return portalapi.PushOp{OpId: id, DeviceSeq: 1, Kind: kind, Target: target, Body: raw, BodyHash: hex.EncodeToString(sum[:])}
}

const syncType = "application/vnd.akno.sync+json"

func TestEachCommandOfAPushHasItsOwnOutcome(t *testing.T) {
	r := newRig(t, nil)
	token := r.eds(numberA, "", "")
	reached := r.op("withdraw", map[string]any{"version": 1})
	changed := r.op("withdraw", map[string]any{"version": 1})
	changed.BodyHash = reached.BodyHash
	ops := []portalapi.PushOp{
		reached, changed,
		r.op("withdraw", map[string]any{"version": 1, "opId": r.id()}),
		r.op("withdraw", map[string]any{"version": "one"}),
		r.op("withdraw", map[string]any{"version": 1, "unheard": true}),
		r.op("eclipse", map[string]any{}),
	}
	got := get[portalapi.PushResult](t, r.push(token, syncType, ops...))
	want := []struct {
		outcome portalapi.PushOutcomeOutcome
		code    akno.Code
	}{
		{portalapi.Rejected, akno.NeedsPaying}, // the service was reached
		{portalapi.Rejected, akno.BadFile},
		{portalapi.Rejected, akno.Invalid},
		{portalapi.Rejected, akno.Invalid},
		{portalapi.Deferred, akno.Unavailable}, // of a newer device
		{portalapi.Deferred, akno.Unavailable},
	}
	if len(got.Results) != len(want) || got.Epoch == "" {
		t.Fatalf("%+v", got)
	}
	for i, w := range want {
		if g := got.Results[i]; g.OpId != ops[i].OpId || g.Outcome != w.outcome || g.Problem == nil || g.Problem.Code != string(w.code) {
			t.Errorf("command %d: %+v, want %s %s", i, g, w.outcome, w.code)
		}
	}
}

func TestAPushIsTakenInItsOwnTypeAndSizeOnly(t *testing.T) {
	r := newRig(t, nil)
	token := r.eds(numberA, "", "")
	one := r.op("withdraw", map[string]any{"version": 1})
	r.push(token, "application/json", one).want(t, akno.Invalid)
	r.push(token, syncType).want(t, akno.Invalid)
	many := make([]portalapi.PushOp, maxOps+1)
	for i := range many {
		many[i] = one
	}
	r.push(token, syncType, many...).want(t, akno.Invalid)
}

func TestAPushIsNeverRefusedForTheAgeOfTheProgram(t *testing.T) {
	r := newRig(t, nil)
	token := r.eds(numberA, "", "")
	for _, age := range []string{"", "0.0.1", "1.0.0", "99.0.0"} {
		op := r.op("withdraw", map[string]any{"version": 1})
		raw, err := json.Marshal(portalapi.PushRequest{Epoch: "", Ops: []portalapi.PushOp{op}}) // before any life was known
		if err != nil {
			t.Fatal(err)
		}
		req := httptest.NewRequest("POST", "/v1/sync/push", bytes.NewReader(raw))
		req.Header.Set("Content-Type", syncType)
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("X-Client", age)
		req.Header.Set("User-Agent", "Akno/"+age)
		got := get[portalapi.PushResult](t, r.send(req))
		// The rig's service answers so; what matters is that it was asked.
		if p := got.Results[0].Problem; got.Results[0].OpId != op.OpId || p == nil || p.Code != string(akno.NeedsPaying) {
			t.Errorf("a program of version %q: %+v", age, got.Results[0])
		}
	}
}
