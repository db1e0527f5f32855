package der_test

import (
	"bytes"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"akno/backend/stb/internal/der"
)

func TestTimesFollowTheCalendar(t *testing.T) {
	for s, want := range map[string]time.Time{
		"500101000000Z": time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC),
		"491231235959Z": time.Date(2049, 12, 31, 23, 59, 59, 0, time.UTC),
		"240229120000Z": time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC),
	} {
		if got, err := der.ParseUTCTime([]byte(s)); err != nil || !got.Equal(want) {
			t.Errorf("%s: %v %v", s, got, err)
		}
	}
	for _, s := range []string{"230229120000Z", "2302281200Z", "230228120000", "230228240000Z", "230228126000Z", "230228120060Z", "2302281200 0Z", ""} {
		if got, err := der.ParseUTCTime([]byte(s)); err == nil {
			t.Errorf("%q is %v", s, got)
		}
	}
	for s, nanos := range map[string]int{"20260315120000.5Z": 5e8, "20260315120000.000000001Z": 1, "20260315120000Z": 0} {
		if got, err := der.ParseGeneralizedTime([]byte(s), true); err != nil || got.Nanosecond() != nanos {
			t.Errorf("%s: %v %v", s, got, err)
		}
	}
	for _, s := range []string{"20260315120000.50Z", "20260315120000.Z", "20260315120000,5Z", "20260315120000+0300", "20260315120000.1234567891Z"} {
		if got, err := der.ParseGeneralizedTime([]byte(s), true); err == nil {
			t.Errorf("%q is %v", s, got)
		}
	}
	if _, err := der.ParseGeneralizedTime([]byte("20260315120000.5Z"), false); err == nil {
		t.Error("a fraction where none may be")
	}
}

func TestTimesOfCertificatesChangeTheirTypeIn2050(t *testing.T) {
	for year, want := range map[int]tag.Tag{1950: tag.UTCTime, 2049: tag.UTCTime, 2050: tag.GeneralizedTime, 9999: tag.GeneralizedTime} {
		at := time.Date(year, 12, 31, 23, 59, 59, 0, time.UTC)
		var b cryptobyte.Builder
		der.AddTime(&b, at)
		s := cryptobyte.String(b.BytesOrPanic())
		if !s.PeekASN1Tag(want) {
			t.Errorf("%d: %x", year, s)
		}
		var got time.Time
		if !der.ReadTime(&s, &got) || !got.Equal(at) {
			t.Errorf("%d reads as %v", year, got)
		}
	}
	early := cryptobyte.String(der.Element(tag.GeneralizedTime, []byte("20491231235959Z")))
	var got time.Time
	if der.ReadTime(&early, &got) {
		t.Error("GeneralizedTime before 2050")
	}
}

func TestIntegersAreShortest(t *testing.T) {
	for _, tc := range []struct {
		body     string
		negative bool
		ok       bool
	}{
		{"\x00", false, true},
		{"\x7f", false, true},
		{"\x80", true, true},
		{"\x00\x80", false, true},
		{"\x00\x7f", false, false},
		{"\xff\x80", true, false},
		{"\xff\x7f", true, true},
		{"", false, false},
	} {
		negative, err := der.Integer([]byte(tc.body))
		if (err == nil) != tc.ok || err == nil && negative != tc.negative {
			t.Errorf("%x: %v %v", tc.body, negative, err)
		}
	}
	for in, want := range map[string]string{"": "\x00", "\x00\x00": "\x00", "\x00\x05": "\x05", "\x80": "\x00\x80"} {
		if got := der.Unsigned([]byte(in)); string(got) != want {
			t.Errorf("%x: %x", in, got)
		}
	}
}

func TestAlgorithmIdentifiersKeepTheirOctets(t *testing.T) {
	for name, tc := range map[string]struct {
		in          []byte
		ok          bool
		null, plain bool
	}{
		"NULL":         {[]byte{0x30, 6, 6, 2, 0x2a, 3, 5, 0}, true, true, true},
		"absent":       {[]byte{0x30, 4, 6, 2, 0x2a, 3}, true, false, true},
		"OID":          {[]byte{0x30, 8, 6, 2, 0x2a, 3, 6, 2, 0x2a, 4}, true, false, false},
		"two elements": {[]byte{0x30, 8, 6, 2, 0x2a, 3, 5, 0, 5, 0}, false, false, false},
		"no OID":       {[]byte{0x30, 2, 5, 0}, false, false, false},
	} {
		s := cryptobyte.String(tc.in)
		var a der.Algorithm
		if ok := der.ReadAlgorithm(&s, &a); ok != tc.ok {
			t.Errorf("%s: %v", name, ok)
		} else if ok && (a.NullParams() != tc.null || a.PlainParams() != tc.plain || !bytes.Equal(a.Raw, tc.in)) {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

func TestSetsAreOrdered(t *testing.T) {
	list := [][]byte{{4, 1, 2}, {2, 1, 9}, {4, 1, 1}, {4, 0}}
	der.SortSet(list)
	if !bytes.Equal(bytes.Join(list, nil), []byte{2, 1, 9, 4, 0, 4, 1, 1, 4, 1, 2}) {
		t.Errorf("%x", list)
	}
}

func FuzzTime(f *testing.F) {
	for _, s := range []string{"260315120500Z", "500101000000Z", "491231235959Z", "240229000000Z", "20500101000000Z", "99991231235959Z"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if when, err := der.ParseUTCTime(b); err == nil && (when.Format("060102150405Z") != string(b) || when.Year() < 1950 || when.Year() > 2049) {
			t.Errorf("UTCTime %q is %s", b, when)
		}
		if when, err := der.ParseGeneralizedTime(b, false); err == nil && when.Format("20060102150405Z") != string(b) {
			t.Errorf("GeneralizedTime %q is %s", b, when)
		}
		if when, err := der.ParseGeneralizedTime(b, true); err == nil && when.Format("20060102150405.999999999Z") != string(b) {
			t.Errorf("GeneralizedTime %q with a fraction is %s", b, when)
		}
	})
}
