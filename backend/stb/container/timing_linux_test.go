//go:build !race

package container

import (
	"bytes"
	"errors"
	"testing"

	"akno/backend/stb/bign"
	"akno/backend/stb/internal/dudect"
)

func TestWrongPasswordAndDamagedContainerTakeTheSameTime(t *testing.T) {
	key, err := bign.GenerateKey(bign.Curve256v1())
	if err != nil {
		t.Fatal(err)
	}
	right, wrong := []byte("correct password"), []byte("mistaken passwor")
	good, err := Seal(key, right, MinIterations)
	if err != nil {
		t.Fatal(err)
	}
	damaged := bytes.Clone(good)
	damaged[len(damaged)-20] ^= 0x10
	longer, err := Seal(key, right, MinIterations+MinIterations/4)
	if err != nil {
		t.Fatal(err)
	}
	file, password := bytes.Clone(good), bytes.Clone(right)
	open := func() {
		if _, err := Open(file, password); !errors.Is(err, ErrPassword) || err.Error() != ErrPassword.Error() {
			t.Fatal(err)
		}
	}
	dudect.Hold(t, dudect.Case{
		Name: "wrong password or damaged container", Samples: 120, Run: open,
		Prepare: func(class int) {
			copy(file, [2][]byte{good, damaged}[class])
			copy(password, [2][]byte{wrong, right}[class])
		},
	})
	// The control: a quarter more iterations, as what is written in the file may tell.
	dudect.Control(t, dudect.Case{
		Name: "more iterations", Samples: 60, Run: open,
		Prepare: func(class int) {
			file = append(file[:0], [2][]byte{good, longer}[class]...)
			copy(password, wrong)
		},
	})
}
