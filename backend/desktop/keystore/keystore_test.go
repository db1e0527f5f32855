package keystore

import (
	"bytes"
	"errors"
	"io/fs"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"akno/backend/akno"
)

var patient = Store{Patience: time.Minute}

func TestASecretComesBackAsItWasGiven(t *testing.T) {
	keyring.MockInit()
	secret := []byte{0, 1, 0xff, 0xd0, '\n'}
	if _, err := patient.Get("a"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if err := patient.Set("a", secret); err != nil {
		t.Fatal(err)
	}
	if got, err := patient.Get("a"); err != nil || !bytes.Equal(got, secret) {
		t.Errorf("%x %v", got, err)
	}
	if _, err := patient.Get("b"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("another name: %v", err)
	}
	for range 2 {
		if err := patient.Delete("a"); err != nil {
			t.Error(err)
		}
	}
	if _, err := patient.Get("a"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestAStoreThatRefusesIsUnavailable(t *testing.T) {
	keyring.MockInitWithError(errors.New("the collection is locked"))
	if err := patient.Set("a", []byte{1}); akno.CodeOf(err) != akno.Unavailable {
		t.Errorf("got %v", err)
	}
	if _, err := patient.Get("a"); akno.CodeOf(err) != akno.Unavailable {
		t.Errorf("got %v", err)
	}
	if err := patient.Delete("a"); akno.CodeOf(err) != akno.Unavailable {
		t.Errorf("got %v", err)
	}
}

func TestAStoreThatNeverAnswersIsNotWaitedFor(t *testing.T) {
	never := make(chan struct{})
	defer close(never)
	err := Store{Patience: time.Millisecond}.ask("test", func() error { <-never; return nil })
	if akno.CodeOf(err) != akno.Unavailable {
		t.Errorf("got %v", err)
	}
	if err := patient.ask("test", func() error { panic("secret") }); akno.CodeOf(err) != akno.Unavailable {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsNotOursIsNoSecret(t *testing.T) {
	keyring.MockInit()
	if err := keyring.Set(service, "a", "not in hex"); err != nil {
		t.Fatal(err)
	}
	if got, err := patient.Get("a"); err == nil {
		t.Errorf("got %x", got)
	}
}
