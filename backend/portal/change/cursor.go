package change

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"strings"

	"akno/backend/akno"
)

// A cursor is opaque to devices: base64url of
//
//	1 octet    version
//	16 octets  epoch
//	8 octets   number in the stream, big-endian
//	8 octets   number of the stream when the reading began, big-endian
//	16 octets  HMAC-SHA-256, cut off, over the account and what stands before
//
// so that one that was made up, or is another account's, is not a cursor at all. Who
// began to read after a record was gone was never given it, and need not be told:
// so a reading of many pages goes on although what is gone is being forgotten.
// Cursors of version 1 have no fourth part.
const (
	cursorVersion = 2
	cursorHead    = 1 + 16 + 8 + 8
	cursorMAC     = 16
	firstHead     = 1 + 16 + 8
)

// place is where a device stands in a stream.
type place struct {
	after int64 // the number of what it was told last
	since int64 // that of the stream when it began to read
}

func (s *Service) cursor(account string, p place) string {
	b := make([]byte, 1, cursorHead+cursorMAC)
	b[0] = cursorVersion
	b = append(b, epochOctets(s.epoch())...)
	b = binary.BigEndian.AppendUint64(b, uint64(p.after))
	b = binary.BigEndian.AppendUint64(b, uint64(p.since))
	return base64.RawURLEncoding.EncodeToString(append(b, s.mac(account, b)...))
}

func (s *Service) mac(account string, head []byte) []byte {
	h := hmac.New(sha256.New, s.key)
	h.Write([]byte(account))
	h.Write([]byte{0})
	h.Write(head)
	return h.Sum(nil)[:cursorMAC]
}

// epochOctets returns the 16 octets of a UUID.
func epochOctets(epoch string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(epoch, "-", ""))
	if err != nil || len(b) != 16 {
		sum := sha256.Sum256([]byte(epoch))
		return sum[:16]
	}
	return b
}

// parse returns the place that a cursor names; "" is the beginning. A cursor of
// another epoch, or in the form of earlier versions, is akno.ExpiredCode; what is no
// cursor of this account is akno.Invalid.
func (s *Service) parse(account, cursor string) (place, error) {
	if cursor == "" {
		return place{}, nil
	}
	if strings.Contains(cursor, ".") {
		return place{}, expired("form")
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	head := cursorHead
	if err == nil && len(b) == firstHead+cursorMAC && b[0] == 1 {
		head = firstHead
	}
	if err != nil || len(b) != head+cursorMAC || head == cursorHead && b[0] != cursorVersion || !hmac.Equal(b[head:], s.mac(account, b[:head])) {
		return place{}, &akno.Error{Code: akno.Invalid, Op: "change.Pull", Fields: map[string]string{"cursor": "format"}}
	}
	if string(b[1:17]) != string(epochOctets(s.epoch())) {
		return place{}, expired("epoch")
	}
	p := place{after: int64(binary.BigEndian.Uint64(b[17:firstHead]))}
	if head == cursorHead {
		p.since = int64(binary.BigEndian.Uint64(b[firstHead:cursorHead]))
	}
	return p, nil
}
