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
	// RevocationWarning and RevocationNotification say that there is none because
	// the service's certificate is or will be revoked.
	RevocationWarning      Status = 4
	RevocationNotification Status = 5
)

// Failure is the reason of a rejection, the number of a bit of PKIFailureInfo.
type Failure int

// The reasons.
const (
	NoFailure           Failure = -1
	BadAlg              Failure = 0
	BadRequest          Failure = 2
	BadDataFormat       Failure = 5
	TimeNotAvailable    Failure = 14
	UnacceptedPolicy    Failure = 15
	UnacceptedExtension Failure = 16
	AddInfoNotAvailable Failure = 17
	SystemFailure       Failure = 25
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
