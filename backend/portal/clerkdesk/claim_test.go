package clerkdesk

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/portal/audit"
	"akno/backend/portal/mail"
	"akno/backend/portalapi"
)

const address = "anna@example.by"

// byEmail opens a cabinet that is known by an address only, and returns its id.
func (r *rig) byEmail() string {
	r.t.Helper()
	ctx := r.t.Context()
	_, err := r.Accounts.RegisterByEmail(ctx, "192.0.2.7", portalapi.EmailRegistration{
		OpId: ids.New(r.now()), Email: address, Password: []byte("надзейны пароль Ганны"), Language: portalapi.Ru, Consent: r.Accounts.Consents[0],
	})
	if err != nil {
		r.t.Fatal(err)
	}
	jobs := r.letters(mail.Activation)
	if _, err := r.Accounts.Activate(ctx, "192.0.2.7", r.Accounts.Secret.ActivationCode(jobs[0])); err != nil {
		r.t.Fatal(err)
	}
	found, err := r.Matches(ctx, r.clerk, portalapi.MatchQuery{Ground: portalapi.MatchQueryGroundRegistration, Email: ptr(address)})
	if err != nil || len(found.Matches) != 1 || found.Matches[0].Exact {
		r.t.Fatalf("%+v %v", found, err)
	}
	return found.Matches[0].AccountId
}

// letters returns the jobs of the queued letters of a kind, the oldest first.
func (r *rig) letters(l mail.Letter) (jobs []string) {
	r.t.Helper()
	err := r.db.Read(r.t.Context(), func(tx dbx.Tx) error {
		return dbx.Each(r.t.Context(), tx, func(scan func(...any) error) error {
			var id, payload string
			if err := scan(&id, &payload); err != nil {
				return err
			}
			var n mail.Note
			err := json.Unmarshal([]byte(payload), &n)
			if n.Letter == l {
				jobs = append(jobs, id)
			}
			return err
		}, `SELECT id, payload FROM job WHERE kind = 'mail' ORDER BY run_at, id`)
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return jobs
}

// code is what stands in the newest letter.
func (r *rig) code() string {
	r.t.Helper()
	jobs := r.letters(mail.ClaimCode)
	return r.Accounts.Secret.ClaimCode(jobs[len(jobs)-1])
}

// claim starts req anew with a code and returns what is wrong with it.
func (r *rig) claim(req *portalapi.RegistrationStart, code string) (why string, err error) {
	req.OpId, req.ClaimCode = ids.New(r.now()), nil
	if code != "" {
		req.ClaimCode = &code
	}
	_, err = r.Start(r.t.Context(), r.clerk, *req)
	return akno.FieldsOf(err)["claimCode"], err
}

// another returns a code that is not this one.
func another(code string) string {
	if strings.HasPrefix(code, "0") {
		return "1" + code[1:]
	}
	return "0" + code[1:]
}

func TestACabinetKnownByAnAddressIsClaimedWithTheCodeOfALetter(t *testing.T) {
	r := newRig(t)
	owner := r.byEmail()
	req := r.entry(numberA)
	req.ClaimAccountId = &owner
	why, err := r.claim(&req, "")
	if wantCode(t, err, akno.Invalid); why != "code_sent" || r.count(`SELECT count(*) FROM registration`) != 0 {
		t.Fatalf("without a code: %v", err)
	}
	code := r.code()
	if n := r.count(`SELECT (SELECT count(*) FROM claim_code WHERE instr(code_hash, ?) > 0) + (SELECT count(*) FROM job WHERE instr(payload, ?) > 0)`, []byte(code), code); n != 0 {
		t.Error("the code is stored")
	}
	if why, _ := r.claim(&req, another(code)); why != "code_wrong" {
		t.Errorf("a wrong code: %s", why)
	}
	if _, err := r.claim(&req, code); err != nil {
		t.Fatal(err)
	}
	t.Run("and a repeat of the command gets its answer", func(t *testing.T) {
		r.pass(time.Hour)
		if got, err := r.Start(t.Context(), r.clerk, req); err != nil || *got.AccountId != owner {
			t.Errorf("%+v %v", got, err)
		}
	})
	t.Run("and the code is good for no other registration", func(t *testing.T) {
		next := r.entry(numberB)
		next.ClaimAccountId = &owner
		if why, _ := r.claim(&next, code); why != "code_expired" {
			t.Errorf("why is %q", why)
		}
	})
	t.Run("and the owner sees in his journal that a code was sent", func(t *testing.T) {
		var actions []string
		err := r.db.Read(t.Context(), func(tx dbx.Tx) error {
			chain, err := audit.List(t.Context(), tx, owner)
			for _, e := range chain {
				actions = append(actions, e.Action)
			}
			return err
		})
		if err != nil || !strings.Contains(strings.Join(actions, " "), "view_card claim_code_sent") {
			t.Errorf("%v %v", actions, err)
		}
	})
}

func TestACodeForTheCounterIsShort(t *testing.T) {
	start := func(t *testing.T) (*rig, portalapi.RegistrationStart) {
		r := newRig(t)
		owner := r.byEmail()
		req := r.entry(numberA)
		req.ClaimAccountId = &owner
		if why, _ := r.claim(&req, ""); why != "code_sent" {
			t.Fatal(why)
		}
		return r, req
	}
	t.Run("it lives ten minutes", func(t *testing.T) {
		r, req := start(t)
		r.pass(10 * time.Minute)
		if why, _ := r.claim(&req, r.code()); why != "code_expired" {
			t.Errorf("why is %q", why)
		}
	})
	t.Run("it bears five tries", func(t *testing.T) {
		r, req := start(t)
		for range 5 {
			if why, _ := r.claim(&req, another(r.code())); why != "code_wrong" {
				t.Fatal(why)
			}
		}
		if why, _ := r.claim(&req, r.code()); why != "code_expired" {
			t.Errorf("the right code after five wrong ones: %q", why)
		}
	})
	t.Run("a newer letter ends it", func(t *testing.T) {
		r, req := start(t)
		old := r.code()
		r.pass(time.Minute)
		if why, _ := r.claim(&req, ""); why != "code_sent" {
			t.Fatal(why)
		}
		if why, _ := r.claim(&req, old); why != "code_wrong" || r.code() == old {
			t.Errorf("the older code: %q", why)
		}
	})
	t.Run("it is sent once a minute and five times a day", func(t *testing.T) {
		r, req := start(t)
		if why, _ := r.claim(&req, ""); why != "code_sent" || len(r.letters(mail.ClaimCode)) != 1 {
			t.Errorf("at once: %q, %d letters", why, len(r.letters(mail.ClaimCode)))
		}
		for range 4 {
			r.pass(2 * time.Minute)
			if why, err := r.claim(&req, ""); why != "code_sent" {
				t.Fatal(err)
			}
		}
		r.pass(2 * time.Minute)
		_, err := r.claim(&req, "")
		if wantCode(t, err, akno.SlowDown); len(r.letters(mail.ClaimCode)) != 5 {
			t.Errorf("%d letters", len(r.letters(mail.ClaimCode)))
		}
	})
}

func TestEveryStateOfACabinetIsProven(t *testing.T) {
	for state, code := range map[akno.AccountState]akno.Code{
		akno.AccountActive: akno.Invalid, akno.AccountSuspended: akno.Invalid, akno.AccountPending: akno.WrongState, akno.AccountClosed: akno.WrongState,
	} {
		t.Run(string(state), func(t *testing.T) {
			r := newRig(t)
			owner := r.byEmail()
			err := r.db.Write(t.Context(), func(tx dbx.Tx) error {
				_, err := tx.Exec(t.Context(), `UPDATE account SET state = ? WHERE account_id = ?`, string(state), owner)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			req := r.entry(numberA)
			req.ClaimAccountId = &owner
			_, err = r.claim(&req, "")
			wantCode(t, err, code)
			if n := len(r.letters(mail.ClaimCode)); (n == 1) != (code == akno.Invalid) {
				t.Errorf("%d letters", n)
			}
		})
	}
}

func TestNobodyIsOnBothSidesOfTheCounter(t *testing.T) {
	r := newRig(t)
	r.clerk.PersonalNumber = numberA
	_, err := r.Start(t.Context(), r.clerk, r.entry(numberA))
	if wantCode(t, err, akno.Forbidden); akno.FieldsOf(err)["personalNumber"] != "own" {
		t.Errorf("%v", err)
	}
}
