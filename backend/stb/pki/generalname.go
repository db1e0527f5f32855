package pki

import (
	"encoding/asn1"
	"net/netip"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/internal/der"
)

// Tags of GeneralName.
const (
	gnOther     = 0
	gnEmail     = 1
	gnDNS       = 2
	gnDirectory = 4
	gnURI       = 6
	gnIP        = 7
)

func decodeAltNames(d *Decoded, v cryptobyte.String) bool {
	var list cryptobyte.String
	if !v.ReadASN1(&list, tag.SEQUENCE) || !v.Empty() || list.Empty() {
		return false
	}
	// Half of a list that does not decode says nothing: a host must not be found in it.
	d.AltNames = AltNames{}
	if !d.AltNames.read(list) {
		d.AltNames = AltNames{}
		return false
	}
	return true
}

// read takes GeneralNames; forms that are not understood only count.
func (a *AltNames) read(list cryptobyte.String) bool {
	for !list.Empty() {
		var body cryptobyte.String
		var t tag.Tag
		if a.Count == maxGeneralNames || !list.ReadAnyASN1(&body, &t) || t&0xc0 != 0x80 {
			return false
		}
		a.Count++
		switch t {
		case der.Context(gnEmail), der.Context(gnDNS), der.Context(gnURI):
			if !isASCII(body) {
				return false
			}
			text := string(body)
			switch t {
			case der.Context(gnEmail):
				a.Emails = append(a.Emails, text)
			case der.Context(gnDNS):
				a.DNSNames = append(a.DNSNames, text)
			default:
				a.URIs = append(a.URIs, text)
			}
		case der.Context(gnIP):
			ip, ok := netip.AddrFromSlice(body)
			if !ok {
				return false
			}
			a.IPs = append(a.IPs, ip)
		case der.Explicit(gnDirectory):
			n, ok := readName(&body)
			if !ok || !body.Empty() {
				return false
			}
			a.Directory = append(a.Directory, n)
		case der.Explicit(gnOther):
			if text, ok := otherName(body); ok {
				a.Others = append(a.Others, text)
			}
		}
	}
	return true
}

// otherName reads the text of an OtherName; ok is false for values that are no strings.
func otherName(s cryptobyte.String) (text string, ok bool) {
	var value, body cryptobyte.String
	var t tag.Tag
	if !s.SkipASN1(tag.OBJECT_IDENTIFIER) || !s.ReadASN1(&value, der.Explicit(0)) || !s.Empty() ||
		!value.ReadAnyASN1(&body, &t) || !value.Empty() {
		return "", false
	}
	text, ok = decodeString(t, body)
	return text, ok && text != "" && text[0] != '#'
}

func decodeCRLPoints(d *Decoded, v cryptobyte.String) bool {
	var list cryptobyte.String
	if !v.ReadASN1(&list, tag.SEQUENCE) || !v.Empty() {
		return false
	}
	d.CRLPoints = nil
	for count := 0; !list.Empty(); count++ {
		var point, name, full cryptobyte.String
		var present, isFull bool
		if count == maxExtensions || !list.ReadASN1(&point, tag.SEQUENCE) || !point.ReadOptionalASN1(&name, &present, der.Explicit(0)) ||
			!point.SkipOptionalASN1(der.Context(1)) || !point.SkipOptionalASN1(der.Explicit(2)) || !point.Empty() {
			return false
		}
		if !present {
			continue
		}
		var names AltNames
		if !name.ReadOptionalASN1(&full, &isFull, der.Explicit(0)) || isFull && (!name.Empty() || !names.read(full)) {
			return false
		}
		d.CRLPoints = append(d.CRLPoints, names.URIs...)
	}
	return true
}

func decodeAuthorityInfo(d *Decoded, v cryptobyte.String) bool {
	var list cryptobyte.String
	if !v.ReadASN1(&list, tag.SEQUENCE) || !v.Empty() {
		return false
	}
	d.OCSPServers, d.CAIssuers = nil, nil
	for count := 0; !list.Empty(); count++ {
		var access, place cryptobyte.String
		var method asn1.ObjectIdentifier
		var t tag.Tag
		if count == maxExtensions || !list.ReadASN1(&access, tag.SEQUENCE) || !access.ReadASN1ObjectIdentifier(&method) ||
			!access.ReadAnyASN1(&place, &t) || !access.Empty() {
			return false
		}
		if t != der.Context(gnURI) || !isASCII(place) {
			continue
		}
		switch {
		case method.Equal(accessOCSP):
			d.OCSPServers = append(d.OCSPServers, string(place))
		case method.Equal(accessCAIssuers):
			d.CAIssuers = append(d.CAIssuers, string(place))
		}
	}
	return true
}

// MatchesHost reports whether an alternative name covers a host: an address, a
// DNS name, or a DNS name whose leftmost label is a single asterisk.
func (c *Certificate) MatchesHost(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		for _, a := range c.AltNames.IPs {
			if a.Unmap() == ip.Unmap() {
				return true
			}
		}
		return false
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	for _, pattern := range c.AltNames.DNSNames {
		pattern = strings.ToLower(strings.TrimSuffix(pattern, "."))
		if pattern == host && !strings.Contains(pattern, "*") {
			return true
		}
		rest, wild := strings.CutPrefix(pattern, "*.")
		label, tail, ok := strings.Cut(host, ".")
		if wild && ok && label != "" && tail == rest && strings.Contains(rest, ".") && !strings.Contains(rest, "*") {
			return true
		}
	}
	return false
}
