package httpapi

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"akno/backend/akno"
	"akno/backend/portalapi"

	"github.com/google/go-cmp/cmp"
)

// written is a push as programs write it: two that file, one of them without a
// signature, and one that does not.
func written(t testing.TB) []byte {
	t.Helper()
	const id, other = "0193f0a0-0000-7000-8000-0000000000aa", "0193f0a0-0000-7000-8000-0000000000bb"
	hash := strings.Repeat("0a", 32)
	op := func(kind string, body any) portalapi.PushOp {
		raw, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		return portalapi.PushOp{OpId: id, DeviceSeq: 120, Kind: kind, Target: other, Body: raw, BodyHash: hash}
	}
	signature := []byte{0, 1, 0xfe, 0xff}
	raw, err := json.Marshal(portalapi.PushRequest{Epoch: other, Ops: []portalapi.PushOp{
		op(submitKind, portalapi.SubmissionRequest{OpId: id, ApplicationId: other, Submission: []byte(`{"a":"Ў"}`), Signature: &signature}),
		op(submitKind, portalapi.SubmissionRequest{OpId: id, ApplicationId: other, Submission: []byte{}}),
		op("withdraw", map[string]any{"opId": id, "version": 1, "text": `a \" } ] {`, "list": []any{map[string]any{}}}),
	}})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// sameRead says whether raw is read in place; then it has to be what encoding/json
// reads, and without a flaw.
func sameRead(t *testing.T, raw []byte) bool {
	t.Helper()
	ops, ok := readPush(raw)
	if !ok {
		return false
	}
	var want portalapi.PushRequest
	if err := json.Unmarshal(raw, &want); err != nil || len(ops) != len(want.Ops) {
		t.Fatalf("%q: %d commands in place, %d else, %v", raw, len(ops), len(want.Ops), err)
	}
	for i, op := range ops {
		if diff := cmp.Diff(want.Ops[i], op.PushOp); diff != "" {
			t.Errorf("%q: %s", raw, diff)
		}
		if op.filing == nil {
			continue
		}
		var req portalapi.SubmissionRequest
		d := json.NewDecoder(bytes.NewReader(op.Body))
		d.DisallowUnknownFields()
		if err := d.Decode(&req); err != nil || !json.Valid(op.Body) {
			t.Fatalf("%q: %v", op.Body, err)
		}
		if diff := cmp.Diff(req, *op.filing); diff != "" {
			t.Errorf("%q: %s", op.Body, diff)
		}
	}
	return true
}

func TestAPushIsReadInPlace(t *testing.T) {
	raw := written(t)
	if !sameRead(t, raw) || !sameRead(t, append([]byte(" \n"), append(bytes.ReplaceAll(raw, []byte(":"), []byte(" :\t")), '\r')...)) {
		t.Error("it was not")
	}
	ops, _ := readPush(raw)
	for i, in := range []bool{true, true, false} {
		if (ops[i].filing != nil) != in {
			t.Errorf("command %d: %v", i, ops[i].filing)
		}
	}
}

func TestWhatProgramsDoNotWriteIsNotReadInPlace(t *testing.T) {
	good := string(written(t))
	for name, change := range map[string][2]string{
		"a member twice":            {`"epoch":`, `"epoch":"","epoch":`},
		"a member that is wanting":  {`"deviceSeq":120,`, ``},
		"a member with other case":  {`"deviceSeq"`, `"deviceseq"`},
		"an unknown member":         {`"epoch":`, `"more":1,"epoch":`},
		"an escape":                 {`"kind":"withdraw"`, `"kind":"\u0077ithdraw"`},
		"a number with a fraction":  {`120`, `120.5`},
		"a number with an exponent": {`120`, `1e2`},
		"a number that is too long": {`120`, `9223372036854775808`},
		"a number with a zero":      {`120`, `0120`},
		"null":                      {`"ops":[`, `"ops":[null,`},
		"a comma too many":          {`}]}`, `},]}`},
		"more behind it":            {`}]}`, `}]}x`},
		"an id that is none":        {`"opId":"0193f0a0`, `"opId":"x193f0a0`},
		"a body that is no JSON":    {`"list":[{}]`, `"list":[{]}`},
		"a body that is a list":     {`"body":{"list"`, `"body":[{"list"`},
		"octets that are no base64": {`"submission":"eyJ`, `"submission":"e`},
	} {
		changed := strings.ReplaceAll(good, change[0], change[1])
		if changed == good {
			t.Errorf("%s: the push has no %q", name, change[0])
		}
		ops, ok := readPush([]byte(changed))
		inPlace := ok
		if name == "octets that are no base64" { // only that command is left to the other reader
			inPlace = ok && ops[0].filing != nil
		}
		if inPlace {
			t.Errorf("%s: read in place", name)
		}
	}
}

func TestAPushThatIsNotReadInPlaceIsReadAllTheSame(t *testing.T) {
	r := newRig(t, nil)
	token := r.eds(numberA, "", "")
	one := r.op("withdraw", map[string]any{"version": 1})
	raw, err := json.Marshal(portalapi.PushRequest{Ops: []portalapi.PushOp{one}})
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{string(raw), strings.Replace(string(raw), `"kind":"w`, `"kind":"\u0077`, 1)} {
		req := httptest.NewRequest("POST", "/v1/sync/push", strings.NewReader(body))
		req.Header.Set("Content-Type", syncType)
		req.Header.Set("Authorization", "Bearer "+token)
		got := get[portalapi.PushResult](t, r.send(req))
		if len(got.Results) != 1 || got.Results[0].Problem == nil || got.Results[0].Problem.Code != string(akno.NeedsPaying) {
			t.Errorf("%s: %+v", body, got)
		}
	}
	req := httptest.NewRequest("POST", "/v1/sync/push", strings.NewReader(`{"epoch":"","ops":[`))
	req.Header.Set("Content-Type", syncType)
	req.Header.Set("Authorization", "Bearer "+token)
	r.send(req).want(t, akno.Invalid)
}

func FuzzReadPush(f *testing.F) {
	f.Add(written(f))
	f.Add([]byte(`{"epoch":"","ops":[]}`))
	f.Fuzz(func(t *testing.T, raw []byte) { sameRead(t, raw) })
}

func TestAnAnswerToAPushIsWrittenAsEncodingJSONWritesIt(t *testing.T) {
	app := portalapi.Application{Id: "a", Status: "<x>", History: []portalapi.HistoryEntry{}}
	raw, err := json.Marshal(app)
	if err != nil {
		t.Fatal(err)
	}
	problem := &portalapi.Problem{Code: "c", Status: 400, Fields: &map[string]string{"a": "<b>"}}
	for _, c := range []struct {
		want portalapi.PushResult
		got  pushAnswer
	}{
		{portalapi.PushResult{Results: []portalapi.PushOutcome{}}, pushAnswer{}},
		{
			portalapi.PushResult{Epoch: "e\"", Results: []portalapi.PushOutcome{
				{Application: &app, OpId: "1", Outcome: portalapi.Applied},
				{OpId: "2", Outcome: portalapi.Rejected, Problem: problem},
				{Application: &app, OpId: "3", Outcome: portalapi.Replayed},
			}},
			pushAnswer{epoch: "e\"", results: []outcome{
				{PushOutcome: portalapi.PushOutcome{OpId: "1", Outcome: portalapi.Applied}, application: raw},
				{PushOutcome: portalapi.PushOutcome{OpId: "2", Outcome: portalapi.Rejected, Problem: problem}},
				{PushOutcome: portalapi.PushOutcome{OpId: "3", Outcome: portalapi.Replayed}, application: raw},
			}},
		},
	} {
		var want bytes.Buffer
		if err := json.NewEncoder(&want).Encode(c.want); err != nil {
			t.Fatal(err)
		}
		if got, err := c.got.octets(); err != nil || !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%s, %v\nwant %s", got, err, want.Bytes())
		}
	}
}
