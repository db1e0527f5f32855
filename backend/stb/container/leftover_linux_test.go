//go:build !race

package container

import (
	"bytes"
	"crypto/rand"
	"testing"

	"akno/backend/stb/belt"
	"akno/backend/stb/bign"
	"akno/backend/stb/internal/leftover"
)

// randomText fills b with random letters, as a password is.
func randomText(t *testing.T, b []byte) {
	if _, err := rand.Read(b); err != nil {
		t.Error(err)
	}
	for i := range b {
		b[i] = 'a' + b[i]%26
	}
}

// derived takes in the key that a password makes with the salt of a container.
//
//go:noinline
func derived(s *leftover.Secrets, file, password []byte) error {
	flat, err := flatten(file)
	if err != nil {
		return err
	}
	scheme, _, err := readEncrypted(flat)
	if err != nil {
		return err
	}
	kek := belt.PBKDF2(password, scheme.salt, scheme.iterations)
	s.Add("derived key", kek[:])
	return nil
}

// useContainer seals a key and opens it again, wiping what is its caller's to wipe when wanted.
func useContainer(t *testing.T, s *leftover.Secrets, wipe bool) *bign.PrivateKey {
	key, err := bign.GenerateKey(bign.Curve256v1())
	if err != nil {
		t.Error(err)
		return nil
	}
	s.Add("private key", key.Bytes())
	password := make([]byte, 24)
	randomText(t, password)
	s.Add("password", bytes.Clone(password))
	file, err := Seal(key, password, MinIterations)
	if err != nil {
		t.Error(err)
		return nil
	}
	if err := derived(s, file, password); err != nil {
		t.Error(err)
	}
	opened, err := Open(file, password)
	if err != nil || !opened.Equal(key) {
		t.Error(err)
		return nil
	}
	key.Wipe()
	clear(password)
	if wipe {
		opened.Wipe()
	}
	return opened
}

func TestAContainerLeavesNothingInMemory(t *testing.T) {
	if !leftover.Alone(t) {
		return
	}
	leftover.Hold(t, "sealed and opened", func(s *leftover.Secrets) { useContainer(t, s, true) })
	var key *bign.PrivateKey
	leftover.Control(t, "a key that is not wiped", func(s *leftover.Secrets) { key = useContainer(t, s, false) })
	key.Wipe()
}

func TestSharesLeaveNothingInMemory(t *testing.T) {
	if !leftover.Alone(t) {
		return
	}
	leftover.Hold(t, "split and joined", func(s *leftover.Secrets) {
		key, err := bign.GenerateKey(bign.Curve256v1())
		if err != nil {
			t.Error(err)
			return
		}
		s.Add("private key", key.Bytes())
		file, shares, err := SealSplit(key, 3, 2, MinIterations)
		if err != nil {
			t.Error(err)
			return
		}
		for _, share := range shares {
			s.Add("share", bytes.Clone(share.Octets[1:]))
		}
		password := make([]byte, 24)
		randomText(t, password)
		s.Add("password", bytes.Clone(password))
		opened, err := OpenSplit(file, shares[1:])
		if err != nil {
			t.Error(err)
			return
		}
		opened.Wipe()
		key.Wipe()
		sealed, err := SealShare(shares[0], password, MinIterations)
		if err != nil {
			t.Error(err)
			return
		}
		if share, err := OpenShare(sealed, password); err != nil {
			t.Error(err)
		} else {
			share.Wipe()
		}
		clear(password)
		for _, share := range shares {
			share.Wipe()
		}
	})
}
