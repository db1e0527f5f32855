package portalclient_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"akno/backend/desktop/portalclient"
	"akno/backend/internal/clock"
	"akno/backend/portalapi"
)

func TestAPushIsWrittenAsTheContractSaysWithItsBodiesAsTheyAre(t *testing.T) {
	const spaced = "{ \"opId\" : \"1\",\n\"text\":\"<\u2028&>\" }"
	for name, want := range map[string]portalapi.PushRequest{
		"nothing": {Epoch: "", Ops: []portalapi.PushOp{}},
		"commands": {Epoch: "e\"\n<", Ops: []portalapi.PushOp{
			{OpId: "1", Target: "2", Kind: "submit", DeviceSeq: 9007199254740993, BodyHash: "ab", Body: json.RawMessage(spaced)},
			{OpId: "3", Target: "ж", Kind: "withdraw", DeviceSeq: -1, Body: json.RawMessage(`{}`)},
		}},
	} {
		raw, err := portalclient.WritePush(want.Epoch, want.Ops)
		if err != nil {
			t.Fatal(err)
		}
		var got portalapi.PushRequest
		if err := json.Unmarshal(raw, &got); err != nil {
			t.Fatalf("%s: %v in %s", name, err, raw)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestAnAnswerToAPushKeepsTheOctetsOfTheApplications(t *testing.T) {
	const application = `{"id":"2", "version":3,"newer":[1, 2]}`
	const written = `{"epoch":"e","ops":[]}`
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.URL.Path != "/v1/sync/push" || r.Header.Get("Content-Type") != "application/vnd.akno.sync+json" || string(body) != written {
			t.Errorf("%s of %s: %s", r.URL.Path, r.Header.Get("Content-Type"), body)
		}
		w.Header().Set("Content-Type", "application/vnd.akno.sync+json")
		_, _ = io.WriteString(w, `{"epoch":"e","results":[{"opId":"1","outcome":"applied","application":`+application+`},
			{"opId":"2","outcome":"rejected","problem":{"code":"invalid","status":422}}]}`)
	}))
	defer srv.Close()
	c, err := portalclient.New(portalclient.Options{BaseURL: srv.URL, Now: clock.System})
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.PushWritten(t.Context(), []byte(written))
	if err != nil {
		t.Fatal(err)
	}
	want := &portalclient.PushAnswer{Epoch: "e", Results: []portalclient.Outcome{
		{OpID: "1", Outcome: portalapi.Applied, Application: json.RawMessage(application)},
		{OpID: "2", Outcome: portalapi.Rejected, Problem: &portalapi.Problem{Code: "invalid", Status: 422}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
