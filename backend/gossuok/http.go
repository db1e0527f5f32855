package gossuok

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
)

// Media types of the services.
const (
	typeOCSPRequest  = "application/ocsp-request"
	typeOCSPResponse = "application/ocsp-response"
	typeCRL          = "application/pkix-crl"
	typeCertificate  = "application/pkix-cert"
	typePKCS10       = "application/pkcs10"
)

// maxStatusRequest bounds a request of OCSP, in octets.
const maxStatusRequest = 16 << 10

// A requestStatus is what the sender of a request is told.
type requestStatus struct {
	ID          string       `json:"id"`
	State       RequestState `json:"state"`
	Reason      string       `json:"reason,omitempty"`
	Fingerprint string       `json:"fingerprint"`
}

// Handler serves the authority:
//
//	POST /ra/requests                     request (application/pkcs10), in DER → 202 and its status in JSON
//	GET  /ra/requests/{id}                status: id, state (waiting, approved, rejected), reason, fingerprint
//	GET  /ra/requests/{id}/certificate    the issued certificate, in DER; 404 until it is approved
//	POST /ocsp, GET /ocsp/{base64}        certificate status (RFC 6960, appendix A)
//	POST /tsa                             time stamps (RFC 3161, 3.4)
//	GET  /crl/{root,ruc}.crl              revocation lists
//	GET  /ca/{root,ruc}.cer               certificates of the authorities
func (a *Authority) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /ra/requests", a.postRequest)
	mux.HandleFunc("GET /ra/requests/{id}", a.getRequest)
	mux.HandleFunc("GET /ra/requests/{id}/certificate", a.getCertificate)
	mux.HandleFunc("POST /ocsp", a.postStatus)
	mux.HandleFunc("GET /ocsp/{request...}", a.getStatus)
	mux.HandleFunc("POST /tsa", a.postStamp)
	mux.HandleFunc("GET /crl/{list}", a.getList)
	mux.HandleFunc("GET /ca/{name}", a.getAuthority)
	return mux
}

func (a *Authority) postRequest(w http.ResponseWriter, r *http.Request) {
	body, ok := readBody(w, r, typePKCS10, MaxRequestSize)
	if !ok {
		return
	}
	req, err := a.Submit(body)
	if err != nil {
		refuse(w, err)
		return
	}
	answerJSON(w, http.StatusAccepted, statusOf(req))
}

func statusOf(r Request) requestStatus {
	return requestStatus{ID: r.ID, State: r.State, Reason: r.Reason, Fingerprint: r.Fingerprint()}
}

func (a *Authority) getRequest(w http.ResponseWriter, r *http.Request) {
	req, err := a.Request(r.PathValue("id"))
	if err != nil {
		refuse(w, err)
		return
	}
	answerJSON(w, http.StatusOK, statusOf(req))
}

func (a *Authority) getCertificate(w http.ResponseWriter, r *http.Request) {
	req, err := a.Request(r.PathValue("id"))
	if err == nil && req.Certificate == nil {
		err = ErrNotFound
	}
	if err != nil {
		refuse(w, err)
		return
	}
	answer(w, typeCertificate, req.Certificate)
}

func (a *Authority) postStatus(w http.ResponseWriter, r *http.Request) {
	if body, ok := readBody(w, r, typeOCSPRequest, maxStatusRequest); ok {
		answer(w, typeOCSPResponse, a.Status(body))
	}
}

func (a *Authority) getStatus(w http.ResponseWriter, r *http.Request) {
	text, err := url.PathUnescape(r.PathValue("request"))
	if err != nil || len(text) > 2*maxStatusRequest {
		refuse(w, ErrRequest)
		return
	}
	body, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		refuse(w, ErrRequest)
		return
	}
	answer(w, typeOCSPResponse, a.Status(body))
}

func (a *Authority) getList(w http.ResponseWriter, r *http.Request) {
	names := map[string]string{"root.crl": rootName, "ruc.crl": rucName}
	raw, err := a.RevocationList(names[r.PathValue("list")])
	if err != nil {
		refuse(w, err)
		return
	}
	answer(w, typeCRL, raw)
}

func (a *Authority) getAuthority(w http.ResponseWriter, r *http.Request) {
	names := map[string]string{"root.cer": rootName, "ruc.cer": rucName}
	cert := a.certs[names[r.PathValue("name")]]
	if cert == nil {
		refuse(w, ErrNotFound)
		return
	}
	answer(w, typeCertificate, cert.Raw)
}

// readBody reads a body of the declared type and of at most limit octets; when
// it is false, the answer was given.
func readBody(w http.ResponseWriter, r *http.Request, mediaType string, limit int64) ([]byte, bool) {
	if r.Header.Get("Content-Type") != mediaType {
		http.Error(w, "another media type is expected: "+mediaType, http.StatusUnsupportedMediaType)
		return nil, false
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err != nil {
		http.Error(w, "the body is too large or broke off", http.StatusRequestEntityTooLarge)
		return nil, false
	}
	return body, true
}

func answer(w http.ResponseWriter, mediaType string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(body) // who asked is gone; there is nobody to tell
}

func answerJSON(w http.ResponseWriter, status int, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(raw)
}

func refuse(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	switch {
	case errors.Is(err, ErrNotFound):
		status = http.StatusNotFound
	case errors.Is(err, ErrRequest):
		status = http.StatusBadRequest
	case errors.Is(err, ErrState):
		status = http.StatusConflict
	}
	http.Error(w, http.StatusText(status), status)
}
