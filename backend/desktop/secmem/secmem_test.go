package secmem

import (
	"bytes"
	"runtime"
	"testing"
)

func TestABoxHoldsItsSecretUntilItIsWiped(t *testing.T) {
	secret := []byte("thirty-two octets of a data key.")
	b := Of(secret)
	if !bytes.Equal(b.Octets(), secret) || cap(b.Octets()) != len(secret) {
		t.Errorf("holds %q", b.Octets())
	}
	b.Wipe()
	if !bytes.Equal(b.Octets(), make([]byte, len(secret))) {
		t.Errorf("after Wipe: %q", b.Octets())
	}
}

func TestManyBoxesAreGivenBack(t *testing.T) {
	for range 3000 { // more pages than the usual limit of locked memory has
		b := Of([]byte("secret"))
		if b.Octets()[0] != 's' {
			t.Fatal("no memory")
		}
		b.Wipe()
		if b.Locked() {
			runtime.KeepAlive(b)
		}
	}
	runtime.GC()
}
