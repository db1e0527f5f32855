package pki_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"akno/backend/stb/bign"
	"akno/backend/stb/internal/pkidev"
	"akno/backend/stb/pki"
)

// lasting makes a certificate in force for so many years, and a second more where it is too long.
func lasting(years int, more time.Duration) func(*pki.Template) {
	return func(t *pki.Template) { t.NotAfter = t.NotBefore.AddDate(years, 0, 0).Add(more) }
}

// advised returns the notes about recommendations.
func advised(notes []string) (out []string) {
	for _, n := range notes {
		if rest, ok := strings.CutPrefix(n, pki.Advise); ok {
			out = append(out, rest)
		}
	}
	return out
}

func TestTheStrictProfileNotesWhatIsInForceTooLong(t *testing.T) {
	short := func(tmpl *pki.Template) { tmpl.NotAfter = tmpl.NotBefore.AddDate(2, 0, 0) }
	for name, tc := range map[string]struct {
		curve *bign.Curve
		kind  pki.Kind
		years int
	}{
		"a person at level 128":        {bign.Curve256v1(), pki.KindPerson, 3},
		"a person at level 192":        {bign.Curve384v1(), pki.KindPerson, 4},
		"a person at level 256":        {bign.Curve512v1(), pki.KindPerson, 5},
		"a representative":             {bign.Curve256v1(), pki.KindRepresentative, 3},
		"a server of TLS":              {bign.Curve256v1(), pki.KindTLS, 5},
		"a responder":                  {bign.Curve256v1(), pki.KindOCSP, 5},
		"a service of time stamps":     {bign.Curve256v1(), pki.KindTSA, 10},
		"the authority below the root": {bign.Curve256v1(), pki.KindIssuing, 20},
		"an authority at level 256":    {bign.Curve512v1(), pki.KindIssuing, 30},
		"a registration authority":     {bign.Curve384v1(), pki.KindRA, 12},
	} {
		t.Run(name, func(t *testing.T) {
			root := issue(t, nil, pki.KindRoot, pki.ProfileBPKI, simpleName(t, "Test root"), tc.curve, nil)
			ca := issue(t, root, pki.KindIssuing, pki.ProfileBPKI, simpleName(t, "Test authority"), tc.curve, short)
			issuer := ca
			if tc.kind == pki.KindIssuing {
				issuer = root
			}
			v := verifier(root, ca)
			for more, want := range map[time.Duration]int{0: 0, time.Second: 1} {
				s := issue(t, issuer, tc.kind, pki.ProfileBPKI, simpleName(t, "ANNA"), tc.curve, lasting(tc.years, more))
				v.Profile = pki.ProfileBPKI
				r := v.Verify(s.cert, pki.PurposeAny, pkidev.At)
				if notes := advised(r.Notes); r.Reason != pki.OK || len(notes) != want {
					t.Errorf("%d years and %v: %s %v", tc.years, more, r.Reason, r.Notes)
				}
				v.Profile = pki.ProfileGosSUOK
				if r := v.Verify(s.cert, pki.PurposeAny, pkidev.At); len(r.Notes) > 0 {
					t.Errorf("as deployed: %v", r.Notes)
				}
			}
		})
	}
}

func TestTheStrictProfileNotesTheFormOfLists(t *testing.T) {
	root := issue(t, nil, pki.KindRoot, pki.ProfileBPKI, simpleName(t, "Test root"), bign.Curve256v1(), nil)
	ca := issue(t, root, pki.KindIssuing, pki.ProfileBPKI, simpleName(t, "Test authority"), bign.Curve256v1(), nil)
	s := issue(t, ca, pki.KindPerson, pki.ProfileBPKI, simpleName(t, "ANNA"), bign.Curve256v1(), lasting(3, 0))
	revoked := pki.Revocation{Serial: s.cert.Serial, At: pkidev.At.Add(-time.Hour), HasReason: true, Reason: pki.ReasonSuperseded}
	// again signs a list with other fields.
	again := func(l *pki.RevocationList, change func(fields [][]byte) [][]byte) *pki.RevocationList {
		out, err := pki.ParseRevocationList(mutate(t, l.Raw, ca.key, change))
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	// After version, algorithm, issuer and time come the time of the next list, the entries and the extensions.
	noExtensions := func(fields [][]byte) [][]byte { return fields[:len(fields)-1] }
	noNext := func(fields [][]byte) [][]byte { return slices.Delete(fields, 4, 5) }
	noReason := func(fields [][]byte) [][]byte {
		entry := children(t, children(t, fields[5])[0])
		fields[5] = seq(seq(entry[0], entry[1]))
		return fields
	}
	for name, tc := range map[string]struct {
		list *pki.RevocationList
		want string
		why  pki.Reason
	}{
		"to the letter":              {issueList(t, ca, nil, revoked), "", pki.RevokedNoPOE},
		"to the letter, of others":   {issueList(t, ca, nil), "", pki.OK},
		"an entry without a reason":  {again(issueList(t, ca, nil, revoked), noReason), "no reason", pki.RevokedNoPOE},
		"without extensions":         {again(issueList(t, ca, nil, revoked), noExtensions), "no number; revocation list: it does not name the key", pki.RevokedNoPOE},
		"without the time of a next": {again(issueList(t, ca, nil), noNext), "next one", pki.OK},
	} {
		v := verifier(root, ca)
		v.CRLs, v.Profile = []*pki.RevocationList{tc.list}, pki.ProfileBPKI
		r := v.Verify(s.cert, pki.PurposeAny, pkidev.At)
		notes := strings.Join(advised(r.Notes), "; ")
		if r.Reason != tc.why || !strings.Contains(notes, tc.want) || tc.want == "" && strings.Contains(notes, "revocation list") {
			t.Errorf("%s: %s %v, want %s %q", name, r.Reason, r.Notes, tc.why, tc.want)
		}
		v.Profile = pki.ProfileGosSUOK
		if r := v.Verify(s.cert, pki.PurposeAny, pkidev.At); r.Reason != tc.why || len(advised(r.Notes)) > 0 {
			t.Errorf("%s, as deployed: %s %v", name, r.Reason, r.Notes)
		}
	}
}
