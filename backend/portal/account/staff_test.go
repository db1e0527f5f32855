package account

import (
	"testing"

	"akno/backend/akno"
	"akno/backend/portal/session"
	"akno/backend/portal/session/sessiontest"
	"akno/backend/portalapi"
)

func signer(t *testing.T, c sessiontest.Card) session.Signer {
	t.Helper()
	_, by, err := sessiontest.Signatures{}.Attached(t.Context(), sessiontest.Sign(c, nil), newRig(t).now())
	if err != nil {
		t.Fatal(err)
	}
	return by
}

func TestStaffAreMadeByTheOperatorAndActByEDSOnly(t *testing.T) {
	r := newRig(t)
	id, err := r.AddStaff(t.Context(), Staff{Signer: signer(t, anna), Roles: []session.Role{session.Clerk}, Office: "minsk-1"})
	if err != nil {
		t.Fatal(err)
	}
	s, err := r.SignInByEDS(t.Context(), r.signed(anna, portalapi.ChallengeRequestPurposeSignIn))
	if err != nil || s.Account.Id != id || s.Role != portalapi.RoleClerk || *s.Account.Office != "minsk-1" {
		t.Errorf("%+v %v", s, err)
	}
	again, err := r.AddStaff(t.Context(), Staff{Signer: signer(t, anna), Roles: []session.Role{session.Clerk}, Office: "minsk-2"})
	if err != nil || again != id {
		t.Errorf("a second account was made: %v", err)
	}
}

func TestACitizenBecomesStaffInHisOwnCabinet(t *testing.T) {
	r := newRig(t)
	s, err := r.registerEDS(anna)
	if err != nil {
		t.Fatal(err)
	}
	body := &portalapi.BodyRef{Id: "b1", Kind: "zhes", Name: portalapi.Text{Ru: "ЖЭС"}}
	id, err := r.AddStaff(t.Context(), Staff{Signer: signer(t, anna), Roles: []session.Role{session.Head}, Body: body})
	if err != nil || id != s.Account.Id {
		t.Fatalf("%s %v", id, err)
	}
	c := r.session(s)
	if c.Role != session.Head || c.Body == nil || c.Body.Id != "b1" {
		t.Errorf("rights change at once: %+v", c)
	}
}

func TestRolesThatDoNotGoTogetherAreRefused(t *testing.T) {
	r := newRig(t)
	body := &portalapi.BodyRef{Id: "b1", Kind: "zhes"}
	for name, st := range map[string]Staff{
		"a clerk without an office":   {Roles: []session.Role{session.Clerk}},
		"an officer without a body":   {Roles: []session.Role{session.Officer}},
		"who proposes and signs":      {Roles: []session.Role{session.Officer, session.Head}, Body: body},
		"no role":                     {},
		"a role that does not exist":  {Roles: []session.Role{"king"}},
		"a citizen is nobody's staff": {Roles: []session.Role{session.Citizen}},
	} {
		t.Run(name, func(t *testing.T) {
			st.Signer = signer(t, boris)
			_, err := r.AddStaff(t.Context(), st)
			wantCode(t, err, akno.Invalid)
		})
	}
}
