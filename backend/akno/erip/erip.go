// Package erip makes and reads the payment links of ERIP: the address
// https://pay.raschet.by/# followed by a payload of two-digit tags, two-digit
// lengths in characters and values, closed by tag 63 with the last four
// hexadecimal digits of SHA-256 over everything before it. The former check,
// CRC-16 as in EMV, is accepted on reading only.
package erip

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"akno/backend/akno"
)

// Address is what stands before the payload in a link.
const Address = "https://pay.raschet.by/#"

// Mark is the identifier of the template that holds a payment to a service.
const Mark = "by.raschet"

// The reasons for which a text is no payment link, or a payment fits into none.
var (
	ErrFormat   = errors.New("erip: not a payload of tags")
	ErrChecksum = errors.New("erip: the check value does not match")
	ErrTooLong  = errors.New("erip: a value is too long")
	ErrValue    = errors.New("erip: a value is missing or not allowed")
)

// The check values that are known.
const (
	SHA256 = "sha256"
	CRC16  = "crc16" // former; never written
)

// A Payment is what a link asks the payer for.
type Payment struct {
	Service  string     // ERIP service code, digits
	Account  string     // order number, up to 30 characters
	Amount   akno.Money // zero lets the payer enter the sum
	Editable bool       // the payer may change the sum
	Merchant string     // ASCII, up to 25 characters
	City     string     // ASCII, up to 15 characters
}

// Payload returns the text that a QR code holds, with its check value.
func Payload(p Payment) (string, error) {
	if !digits(p.Service) || p.Account == "" || p.Amount < 0 {
		return "", ErrValue
	}
	editable := "12"
	if p.Editable {
		editable = "11"
	}
	w := &writer{}
	inner := &writer{}
	inner.put("00", Mark, 99)
	inner.put("01", p.Service, 7)
	inner.put("10", clean(p.Account), 30)
	inner.put("12", editable, 2)
	w.put("00", "01", 2)
	w.put("01", "12", 2)
	w.put("32", inner.String(), 99)
	w.put("53", "933", 3)
	w.put("54", p.Amount.String(), 13)
	w.put("58", "BY", 2)
	w.put("59", clean(p.Merchant), 25)
	w.put("60", clean(p.City), 15)
	if err := errors.Join(inner.err, w.err); err != nil {
		return "", err
	}
	body := w.String()
	return body + "6304" + check(body), nil
}

// Link returns the address that opens a payment.
func Link(p Payment) (string, error) {
	s, err := Payload(p)
	if err != nil {
		return "", err
	}
	return Address + s, nil
}

// A Message is a payload that was read.
type Message struct {
	Algorithm string            // SHA256 or CRC16
	Fields    map[string]string // "54" or, in a template, "32.10", to the value
}

// Parse reads a link or a bare payload. It undoes the percent-encoding of a
// link first, since the check value covers the decoded text.
func Parse(s string) (Message, error) {
	s = strings.TrimSpace(s)
	if i := strings.IndexByte(s, '#'); i >= 0 && strings.Contains(s[:i], "://") {
		s = s[i+1:]
	}
	plain, err := url.PathUnescape(s)
	if err != nil || len(plain) > 4096 || !utf8.ValidString(plain) {
		return Message{}, ErrFormat
	}
	m := Message{Fields: map[string]string{}}
	var body string
	err = split(plain, func(tag, value string, at int) error {
		if m.Algorithm != "" {
			return ErrFormat // nothing stands after the check value
		}
		if tag == "63" {
			body = plain[:at]
			if m.Algorithm = algorithm(body, value); m.Algorithm == "" {
				return ErrChecksum
			}
		}
		return m.add(tag, value)
	})
	if err == nil && m.Algorithm == "" {
		err = ErrFormat
	}
	if err != nil {
		return Message{}, err
	}
	return m, nil
}

// Payment returns what a message asks for. The sum is read tolerantly, with or
// without kopecks; a message without one has the sum zero.
func (m Message) Payment() (Payment, error) {
	if m.Fields["32.00"] != Mark {
		return Payment{}, ErrValue
	}
	p := Payment{
		Service: m.Fields["32.01"], Account: m.Fields["32.10"], Editable: m.Fields["32.12"] != "12",
		Merchant: m.Fields["59"], City: m.Fields["60"],
	}
	if s := m.Fields["54"]; s != "" {
		sum, err := akno.ParseMoney(s)
		if err != nil {
			return Payment{}, ErrValue
		}
		p.Amount = sum
	}
	return p, nil
}

func (m Message) add(tag, value string) error {
	switch tag {
	case "32", "33", "62", "64":
		return split(value, func(sub, v string, _ int) error { return m.set(tag+"."+sub, v) })
	}
	return m.set(tag, value)
}

func (m Message) set(key, value string) error {
	if _, twice := m.Fields[key]; twice {
		return ErrFormat
	}
	m.Fields[key] = value
	return nil
}

// split calls fn for each tag of s with the octet at which the tag begins.
// Lengths are in characters.
func split(s string, fn func(tag, value string, at int) error) error {
	for at := 0; at < len(s); {
		if len(s)-at < 4 || !digits(s[at:at+4]) {
			return ErrFormat
		}
		n, _ := strconv.Atoi(s[at+2 : at+4])
		end := at + 4
		for range n {
			if end >= len(s) {
				return ErrFormat
			}
			_, size := utf8.DecodeRuneInString(s[end:])
			end += size
		}
		if err := fn(s[at:at+2], s[at+4:end], at); err != nil {
			return err
		}
		at = end
	}
	return nil
}

// algorithm returns which check value of body is given, or "".
func algorithm(body, given string) string {
	switch {
	case strings.EqualFold(given, check(body)):
		return SHA256
	case strings.EqualFold(given, fmt.Sprintf("%04X", crc16(body+"6304"))):
		return CRC16
	}
	return ""
}

func check(body string) string {
	sum := sha256.Sum256([]byte(body))
	return strings.ToUpper(hex.EncodeToString(sum[30:]))
}

func crc16(s string) uint16 {
	crc := uint16(0xFFFF)
	for i := range len(s) {
		crc ^= uint16(s[i]) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return crc
}

// clean drops the characters that ERIP's own generators drop, before lengths
// are counted.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' || strings.ContainsRune("<>\"#%{}|\\^~[]`", r) {
			return -1
		}
		return r
	}, s)
}

type writer struct {
	strings.Builder
	err error
}

func (w *writer) put(tag, value string, most int) {
	switch {
	case value == "":
		w.err = errors.Join(w.err, ErrValue)
	case len(value) > most:
		w.err = errors.Join(w.err, ErrTooLong)
	}
	fmt.Fprintf(w, "%s%02d%s", tag, len(value), value)
}

func digits(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}
