package container

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"akno/backend/stb/bels"
	"akno/backend/stb/bign"
)

func TestThresholdSetOfAnotherImplementationOpens(t *testing.T) {
	var shares []Share
	var want string
	for _, e := range devEntries(t, "keys") {
		if e.Share != "" {
			s, err := OpenShare(devFile(t, e.File), []byte(e.Password))
			if err != nil {
				t.Fatal(err)
			}
			shares = append(shares, s)
		}
		if strings.HasSuffix(e.File, "by-shares.p8e") {
			want = e.PrivateKey
		}
	}
	file := devFile(t, "keys/b-fl384-by-shares.p8e")
	for skip := range shares {
		three := append(append([]Share(nil), shares[:skip]...), shares[skip+1:]...)
		key, err := OpenSplit(file, three)
		if err != nil || hex.EncodeToString(key.Bytes()) != want {
			t.Errorf("without share %d: %v", skip+1, err)
		}
	}
	if _, err := OpenSplit(file, shares[:2]); !errors.Is(err, ErrPassword) {
		t.Errorf("two shares of three: %v", err)
	}
	if _, err := OpenSplit(file, shares[:1]); !errors.Is(err, bels.ErrShares) {
		t.Errorf("one share: %v", err)
	}
}

func TestSplitKeysOpenWithTheThreshold(t *testing.T) {
	for _, c := range bign.Curves() {
		key := newKey(t, c)
		file, shares, err := SealSplit(key, 3, 2, MinIterations)
		if err != nil || len(shares) != 3 {
			t.Fatal(err)
		}
		again, err := OpenSplit(file, []Share{shares[2], shares[0]})
		if err != nil || !again.Equal(key) {
			t.Errorf("%s: %v", c, err)
		}
		for _, s := range shares {
			text := s.Text()
			if len(text) != c.Level()/4+2 {
				t.Errorf("%s: share of %d digits", c, len(text))
			}
			spaced := strings.ToLower(text[:5]) + " - " + text[5:] + "\n"
			back, err := ParseShareText(spaced)
			if err != nil || back.Level != s.Level || !bytes.Equal(back.Octets, s.Octets) {
				t.Errorf("%s: %+v, %v", c, back, err)
			}
		}
		shares[0].Wipe()
		if !bytes.Equal(shares[0].Octets, make([]byte, c.Level()/8+1)) {
			t.Error("share left behind")
		}
	}
	if _, _, err := SealSplit(newKey(t, bign.Curve256v1()), 2, 3, MinIterations); !errors.Is(err, bels.ErrCount) {
		t.Errorf("3 of 2: %v", err)
	}
}

func TestTextsThatAreNoShareAreRefused(t *testing.T) {
	for _, text := range []string{"", "01", "0x" + strings.Repeat("0", 32), strings.Repeat("01", 18), "00" + strings.Repeat("aa", 16), "11" + strings.Repeat("aa", 16), "01" + strings.Repeat("ag", 16)} {
		if _, err := ParseShareText(text); !errors.Is(err, ErrNotShare) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
