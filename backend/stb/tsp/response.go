package tsp

import (
	"bytes"
	"encoding/asn1"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/cms"
)

// Status is the status of a response.
type Status int

// The statuses.
const (
	// Granted says that the stamp is there.
	Granted Status = 0
	// GrantedWithMods says that the stamp is there and differs from what was asked.
	GrantedWithMods Status = 1
	// Rejection says that there is none.
	Rejection Status = 2
	// Waiting says that there will be one later.
	Waiting Status = 3
	// RevocationWarning says that the certificate of the service will be revoked.
	RevocationWarning Status = 4
	// RevocationNotification says that the certificate of the service was revoked.
	RevocationNotification Status = 5
)

// Failure is the reason of a rejection, the number of a bit of PKIFailureInfo.
type Failure int

// The reasons.
const (
	// NoFailure says that no reason is given.
	NoFailure Failure = -1
	// BadAlg says that the hash algorithm is not served.
	BadAlg Failure = 0
	// BadRequest says that the request is not allowed.
	BadRequest Failure = 2
	// BadDataFormat says that the request was not understood.
	BadDataFormat Failure = 5
	// TimeNotAvailable says that the source of time is not available.
	TimeNotAvailable Failure = 14
	// UnacceptedPolicy says that the policy is not served.
	UnacceptedPolicy Failure = 15
	// UnacceptedExtension says that an extension is not served.
	UnacceptedExtension Failure = 16
	// AddInfoNotAvailable says that further information is not available.
	AddInfoNotAvailable Failure = 17
	// SystemFailure says that the service failed.
	SystemFailure Failure = 25
)

// Response is the answer of a service.
type Response struct {
	// Raw is the whole response as encoded.
	Raw []byte
	// Status is the status.
	Status Status
	// Text is the service's own words, or "".
	Text string
	// Failure is the reason of a rejection, NoFailure when none is given.
	Failure Failure
	// Token is the stamp; nil unless the status is granted. RawToken is its
	// encoding.
	Token    *cms.Token
	RawToken []byte
}

// ParseResponse reads one response with nothing after it.
func ParseResponse(data []byte) (*Response, error) {
	if len(data) > maxResponseSize {
		return nil, ErrMalformed
	}
	s := cryptobyte.String(bytes.Clone(data))
	r := &Response{Raw: s, Failure: NoFailure}
	var body, info cryptobyte.String
	if !s.ReadASN1(&body, tag.SEQUENCE) || !s.Empty() || !body.ReadASN1(&info, tag.SEQUENCE) || !r.readStatus(info) {
		return nil, ErrMalformed
	}
	granted := r.Status == Granted || r.Status == GrantedWithMods
	if body.Empty() != !granted {
		return nil, ErrMalformed
	}
	if !granted {
		return r, nil
	}
	token, err := cms.ParseToken(body)
	if err != nil {
		return nil, err
	}
	r.Token, r.RawToken = token, body
	return r, nil
}

func (r *Response) readStatus(info cryptobyte.String) bool {
	var status int
	if !info.ReadASN1Integer(&status) || status < 0 || status > 5 {
		return false
	}
	r.Status = Status(status)
	if info.PeekASN1Tag(tag.SEQUENCE) {
		var list cryptobyte.String
		var words []string
		if !info.ReadASN1(&list, tag.SEQUENCE) {
			return false
		}
		for !list.Empty() {
			var text cryptobyte.String
			if !list.ReadASN1(&text, tag.UTF8String) {
				return false
			}
			words = append(words, strings.ToValidUTF8(string(text), "?"))
		}
		r.Text = strings.Join(words, " ")
	}
	if info.PeekASN1Tag(tag.BIT_STRING) {
		var bits asn1.BitString
		if !info.ReadASN1BitString(&bits) {
			return false
		}
		for i := range bits.BitLength {
			if bits.At(i) == 1 {
				r.Failure = Failure(i)
				break
			}
		}
	}
	return info.Empty()
}

// Parse reads a response or a bare token, as files with stamps hold either. Of a
// bare token a granted response is made.
func Parse(data []byte) (*Response, error) {
	if r, err := ParseResponse(data); err == nil {
		return r, nil
	}
	token, err := cms.ParseToken(data)
	if err != nil {
		return nil, ErrMalformed
	}
	return &Response{Raw: token.Raw, Failure: NoFailure, Token: token, RawToken: token.Raw}, nil
}
