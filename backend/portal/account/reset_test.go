package account

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/portal/mail"
	"akno/backend/portalapi"
)

const (
	annaEmail = "anna@example.by"
	annaOld   = "старый надёжный пароль"
	annaNew   = "новый надёжный пароль"
)

// asked has a letter sent and returns its code.
func (r *rig) asked(email string) string {
	r.t.Helper()
	r.pass(time.Second) // letters are in the order of time
	if _, err := r.RequestReset(r.t.Context(), from, email); err != nil {
		r.t.Fatal(err)
	}
	_, job := r.letters()
	return r.Secret.ResetCode(job)
}

func (r *rig) resetTo(code, password string) (portalapi.Activated, error) {
	return r.ResetPassword(r.t.Context(), portalapi.PasswordReset{Code: code, Password: []byte(password)})
}

func TestALetterOpensACabinetThatAnEnemyHasClosed(t *testing.T) {
	r := newRig(t)
	r.register(annaEmail, annaOld)
	opened, err := r.signIn(annaEmail, annaOld)
	if err != nil {
		t.Fatal(err)
	}
	for i := range closedLogin {
		_, err := r.Service.SignInByPassword(t.Context(), fmt.Sprintf("198.51.%d.1", i), portalapi.PasswordSignIn{Login: annaEmail, Password: []byte("x")})
		wantCode(t, err, akno.BadLogin)
	}
	_, err = r.signIn(annaEmail, annaOld)
	wantCode(t, err, akno.BadLogin)
	code := r.asked(annaEmail)
	out, err := r.resetTo(code, annaNew)
	if err != nil || out.Email != annaEmail {
		t.Fatalf("%+v %v", out, err)
	}
	s, err := r.signIn(annaEmail, annaNew)
	if err != nil || s.Level != portalapi.LevelEmail {
		t.Errorf("%+v %v", s, err)
	}
	_, err = r.signIn(annaEmail, annaOld)
	wantCode(t, err, akno.BadLogin)
	_, err = r.resetTo(code, annaOld)
	wantCode(t, err, akno.UsedCode)
	_, err = r.Authenticate(t.Context(), *opened.Token)
	wantCode(t, err, akno.SignedOut)
	if n := r.only(`SELECT count(*) FROM audit WHERE action = 'reset_password'`); n != "1" {
		t.Errorf("%s lines in the journal", n)
	}
}

func TestACodeForANewPasswordIsShortAndStrict(t *testing.T) {
	r := newRig(t)
	r.register(annaEmail, annaOld)
	t.Run("it lives ten minutes", func(t *testing.T) {
		code := r.asked(annaEmail)
		r.pass(resetLife)
		_, err := r.resetTo(code, annaNew)
		wantCode(t, err, akno.ExpiredCode)
	})
	t.Run("a weak password does not use it up, and it is wiped", func(t *testing.T) {
		code := r.asked(annaEmail)
		weak := []byte("password")
		_, err := r.ResetPassword(t.Context(), portalapi.PasswordReset{Code: code, Password: weak})
		if akno.FieldsOf(err)["password"] != flawFrequent || !bytes.Equal(weak, make([]byte, len(weak))) {
			t.Errorf("%v, left %q", err, weak)
		}
		if _, err := r.resetTo(code, annaNew); err != nil {
			t.Error(err)
		}
	})
	t.Run("a newer letter does not end it", func(t *testing.T) {
		r.pass(time.Hour)
		code := r.asked(annaEmail)
		r.pass(time.Minute)
		r.asked(annaEmail)
		if _, err := r.resetTo(code, annaOld); err != nil {
			t.Error(err)
		}
	})
	t.Run("a made-up one is not found", func(t *testing.T) {
		_, err := r.resetTo("AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-A", annaNew)
		wantCode(t, err, akno.NotFound)
	})
	t.Run("the code of an activation is none", func(t *testing.T) {
		_, job := r.letters()
		_, err := r.resetTo(r.Secret.ActivationCode(job), annaNew)
		wantCode(t, err, akno.NotFound)
	})
}

func TestAnUnknownAddressIsAnsweredLikeAKnownOne(t *testing.T) {
	r := newRig(t)
	r.register(annaEmail, annaOld)
	r.pass(time.Second)
	known, err := r.RequestReset(t.Context(), from, annaEmail)
	if err != nil {
		t.Fatal(err)
	}
	r.pass(time.Second)
	unknown, err := r.RequestReset(t.Context(), from, "nobody@example.by")
	if err != nil || known != unknown {
		t.Errorf("%+v, %+v, %v", known, unknown, err)
	}
	all, job := r.letters()
	if n := len(all); n != 3 || all[1] != mail.PasswordReset || all[2] != mail.Nobody {
		t.Errorf("letters are %v", all)
	}
	_, err = r.resetTo(r.Secret.ResetCode(job), annaNew)
	wantCode(t, err, akno.ExpiredCode)
	for _, email := range []string{annaEmail, "nobody@example.by"} {
		_, err := r.RequestReset(t.Context(), from, email)
		wantCode(t, err, akno.SlowDown)
	}
}
