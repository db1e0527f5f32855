package httpapi

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"akno/backend/akno"
	"akno/backend/portalapi"
)

// post sends octets as a command.
func (r *rig) post(path, token, body string) answer {
	r.t.Helper()
	req := httptest.NewRequest("POST", path, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return r.send(req)
}

func TestEveryObjectIsClosedAndWhole(t *testing.T) {
	r := newRig(t, nil)
	token := r.email("a@b.by")
	file := `{"sha256":"` + strings.Repeat("a", 64) + `","size":1,"mediaType":"application/pdf","name":"а.pdf"}`
	answering := `{"opId":"` + r.id() + `","version":1,"questionId":"` + r.id() + `","text":"да","files":[` + file + `,FILE]MORE}`
	application := "/v1/applications/" + r.id() + "/answers"
	for _, c := range []struct{ path, body, field, flaw string }{
		{"/v1/challenges", `{"purpose":"sign_in","admin":true}`, "admin", "unexpected"},
		{"/v1/challenges", `{"Purpose":"sign_in"}`, "Purpose", "unexpected"},
		{"/v1/challenges", `{"Purpose":"sign_in"}`, "purpose", "required"},
		{"/v1/challenges", `{}`, "purpose", "required"},
		{"/v1/challenges", `{"purpose":null}`, "purpose", "type"},
		{"/v1/challenges", `null`, "", "type"},
		{"/v1/challenges", `{"purpose":"sign_in"}{"purpose":"sign_in"}`, "body", "format"},
		{"/v1/challenges", `{"purpose":"sign_in"}x`, "body", "format"},
		{"/v1/challenges", "\ufeff" + `{"purpose":"sign_in"}`, "body", "format"},
		{"/v1/challenges", ``, "body", "format"},
		{application, strings.NewReplacer("FILE", file, "MORE", `,"level":"strict"`).Replace(answering), "level", "unexpected"},
		{application, strings.NewReplacer("FILE", strings.Replace(file, "{", `{"owner":"x",`, 1), "MORE", "").Replace(answering), "files.owner", "unexpected"},
		{application, strings.NewReplacer("FILE", `{"size":1,"mediaType":"a/b","name":"а"}`, "MORE", "").Replace(answering), "files.sha256", "required"},
		{application, strings.NewReplacer("FILE", "null", "MORE", "").Replace(answering), "files", "type"},
	} {
		a := r.post(c.path, token, c.body)
		a.want(t, akno.Invalid)
		if a.problem.Fields == nil || (*a.problem.Fields)[c.field] != c.flaw {
			t.Errorf("%s: %s, want %q %s", c.body, a.body, c.field, c.flaw)
		}
	}
	if a := r.post(application, token, strings.NewReplacer("FILE", file, "MORE", "").Replace(answering)); a.status == 422 {
		t.Errorf("a whole command is refused: %s", a.body)
	}
}

// What a stranger sends does not make the answer grow.
func TestTheFlawsOfABodyAreBounded(t *testing.T) {
	r := newRig(t, nil)
	var body bytes.Buffer
	for i := range 10_000 {
		body.WriteString(`,"x` + strings.Repeat("y", i%7) + strings.Repeat("z", i/7) + `":1`)
		if body.Len() > 1<<20 {
			break
		}
	}
	a := r.post("/v1/challenges", "", `{"purpose":"sign_in"`+body.String()+`}`)
	if a.want(t, akno.Invalid); a.problem.Fields == nil || len(*a.problem.Fields) != maxFlaws {
		t.Errorf("%.200s", a.body)
	}
}

// The router would answer such a path with an address instead of a problem.
func TestAPathThatIsNotCleanIsNotFound(t *testing.T) {
	r := newRig(t, nil)
	for _, path := range []string{"/v1//info", "//v1/info", "/v1/./info", "/v1/x/../info", "/v1/info/"} {
		r.do("GET", path, "", nil).want(t, akno.NotFound)
	}
	r.post("/v1/applications//withdrawal", r.email("a@b.by"), `{}`).want(t, akno.NotFound)
}

func TestAWrongMethodIsToldTheMethodsOfItsPath(t *testing.T) {
	r := newRig(t, nil)
	for _, c := range []struct{ method, path, allow string }{
		{"POST", "/v1/info", "GET, HEAD"},
		{"GET", "/v1/challenges", "POST"},
		{"PATCH", "/v1/sessions/current", "DELETE, GET, HEAD"},
		{"PUT", "/v1/sessions/0193f0a0-0000-7000-8000-000000000000", "DELETE"},
	} {
		rec := httptest.NewRecorder()
		r.handler.ServeHTTP(rec, httptest.NewRequest(c.method, c.path, nil))
		var p portalapi.Problem
		if err := json.Unmarshal(rec.Body.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		if rec.Code != 405 || p.Status != 405 || p.Code != string(akno.NotFound) || rec.Header().Get("Allow") != c.allow {
			t.Errorf("%s %s: %d %v %s", c.method, c.path, rec.Code, rec.Header(), rec.Body)
		}
	}
	rec := httptest.NewRecorder()
	r.handler.ServeHTTP(rec, httptest.NewRequest("POST", "/v1/nothing", nil))
	if rec.Code != 404 || rec.Header().Get("Allow") != "" {
		t.Errorf("%d %v", rec.Code, rec.Header())
	}
}

func TestAFileOfNoHashHasNoOctets(t *testing.T) {
	r := newRig(t, nil)
	req := httptest.NewRequest("HEAD", "/v1/blobs/%27", nil)
	req.Header.Set("Authorization", "Bearer "+r.email("a@b.by"))
	rec := httptest.NewRecorder()
	r.handler.ServeHTTP(rec, req)
	if rec.Code != 404 || rec.Header().Get("Upload-Offset") != "0" {
		t.Errorf("%d %v", rec.Code, rec.Header())
	}
}
