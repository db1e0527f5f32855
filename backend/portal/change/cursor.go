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
//	16 octets  HMAC-SHA-256, cut off, over the account and what stands before
//
// so that one that was made up, or is another account's, is not a cursor at all.
const (
	cursorVersion = 1
	cursorHead    = 1 + 16 + 8
	cursorMAC     = 16
)

func (s *Service) cursor(account string, seq int64) string {
	b := make([]byte, 1, cursorHead+cursorMAC)
	b[0] = cursorVersion
	b = append(b, epochOctets(s.epoch())...)
	b = binary.BigEndian.AppendUint64(b, uint64(seq))
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

// parse returns the number in a cursor; "" is the beginning. A cursor of another
// epoch, or in the form of earlier versions, is akno.ExpiredCode; what is no
// cursor of this account is akno.Invalid.
func (s *Service) parse(account, cursor string) (int64, error) {
	if cursor == "" {
		return 0, nil
	}
	if strings.Contains(cursor, ".") {
		return 0, expired("form")
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(b) != cursorHead+cursorMAC || b[0] != cursorVersion || !hmac.Equal(b[cursorHead:], s.mac(account, b[:cursorHead])) {
		return 0, &akno.Error{Code: akno.Invalid, Op: "change.Pull", Fields: map[string]string{"cursor": "format"}}
	}
	if string(b[1:17]) != string(epochOctets(s.epoch())) {
		return 0, expired("epoch")
	}
	return int64(binary.BigEndian.Uint64(b[17:cursorHead])), nil
}
