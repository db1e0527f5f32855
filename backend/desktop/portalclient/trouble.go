package portalclient

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"mime"
	"net/http"

	"akno/backend/akno"
)

// A Trouble is why the portal cannot be heard, as far as it can be told.
type Trouble struct {
	Code akno.Code
	// Issuer is who issued the certificate that was presented in the portal's place,
	// for the code tls_foreign.
	Issuer string
}

// Trouble returns why the last call was not answered by the portal; it is zero
// when it was, or when nothing was called yet.
func (c *Client) Trouble() Trouble {
	c.stateMu.Lock()
	defer c.stateMu.Unlock()
	return c.trouble
}

// troubleOf names the reason of silence. What cannot be told is unavailable.
func troubleOf(err error) Trouble {
	if code := proxyCode(err); code != "" {
		return Trouble{Code: code}
	}
	if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return certificateTrouble(e)
	}
	if e, ok := errors.AsType[*akno.Error](err); ok && akno.Silent(e.Code) {
		return Trouble{Code: e.Code}
	}
	return Trouble{Code: akno.Unavailable}
}

// certificateTrouble tells a clock that is wrong, or a certificate whose time is
// over, from somebody who stands between and presents a certificate of his own.
func certificateTrouble(e *tls.CertificateVerificationError) Trouble {
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](e.Err); ok && invalid.Reason == x509.Expired {
		return Trouble{Code: akno.TLSTime}
	}
	t := Trouble{Code: akno.TLSForeign}
	if n := len(e.UnverifiedCertificates); n > 0 {
		issuer := e.UnverifiedCertificates[n-1].Issuer // of the last one that was presented
		t.Issuer = issuer.CommonName
		if t.Issuer == "" && len(issuer.Organization) > 0 {
			t.Issuer = issuer.Organization[0]
		}
		t.Issuer = printable(t.Issuer)
	}
	return t
}

// maxIssuer is how much of a name that a stranger chose is shown, in code points.
const maxIssuer = 120

// printable makes a name that a stranger chose fit to be shown in a line.
func printable(s string) string {
	out := []rune{}
	for _, r := range s {
		if len(out) == maxIssuer {
			break
		}
		if r < ' ' || r == 0x7f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 { // control, and turning the text about
			r = ' '
		}
		out = append(out, r)
	}
	return string(out)
}

// page says whether an answer is a page for people. The portal gives none.
func page(h http.Header) bool {
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && (kind == "text/html" || kind == "application/xhtml+xml")
}

// foreign is the failure of an answer that somebody else gave. A network that lets
// nobody out before a sign-in answers everything with its own page, or sends the
// asker there.
func foreign(op string, status int, h http.Header, cause error) error {
	code := akno.Unavailable
	switch {
	case status == http.StatusProxyAuthRequired:
		code = akno.ProxyAuth
	case status == http.StatusNetworkAuthenticationRequired, status >= 200 && status < 400 && page(h),
		status >= 300 && status < 400 && h.Get("Location") != "":
		code = akno.CaptivePortal
	}
	return &akno.Error{Code: code, Op: op, Err: cause}
}
