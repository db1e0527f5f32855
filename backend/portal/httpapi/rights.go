package httpapi

import (
	"slices"

	"akno/backend/akno"
	"akno/backend/portal/session"
)

// A right says who may call an operation. The zero right lets nobody in.
type right struct {
	open     bool           // without a session
	level    akno.Level     // the least level of the session
	roles    []session.Role // one of these; the citizen is everybody
	oneTime  bool           // also with a one-time password that has to be changed
	provider bool           // the payment system, by its signature under the body
	// unattended: programs ask this by themselves, so it is no sign of a person.
	unattended bool
}

var (
	everybody = right{open: true}
	signedIn  = right{level: akno.Email, roles: []session.Role{session.Citizen}}
	pulling   = right{level: akno.Email, roles: []session.Role{session.Citizen}, unattended: true}
	firstStep = right{level: akno.Email, roles: []session.Role{session.Citizen}, oneTime: true}
	clerks    = right{level: akno.Strict, roles: []session.Role{session.Clerk}}
	reviewers = right{level: akno.Strict, roles: []session.Role{session.Officer, session.Head}}
	heads     = right{level: akno.Strict, roles: []session.Role{session.Head}}
)

// rights holds every operation of the contract by its route. What the level of
// a procedure asks for beyond this is the service's own check.
var rights = map[string]right{
	"GET /v1/healthz":        everybody,
	"GET /v1/readyz":         everybody,
	"GET /v1/info":           everybody,
	"GET /v1/openapi.yaml":   everybody,
	"GET /v1/trust":          everybody,
	"GET /v1/catalogue":      everybody,
	"GET /v1/packs":          everybody,
	"GET /v1/packs/{sha256}": everybody,

	"POST /v1/registrations/email":            everybody,
	"POST /v1/registrations/email/letters":    everybody,
	"POST /v1/registrations/email/activation": everybody,
	"POST /v1/registrations/eds":              everybody,
	"POST /v1/challenges":                     everybody,
	"POST /v1/sessions/password":              everybody,
	"POST /v1/passwords/letters":              everybody,
	"POST /v1/passwords/email":                everybody,
	"POST /v1/sessions/eds":                   everybody,

	"GET /v1/sessions":                signedIn,
	"GET /v1/sessions/current":        firstStep,
	"DELETE /v1/sessions/current":     firstStep,
	"POST /v1/sessions/current/level": signedIn,
	"DELETE /v1/sessions/{sessionId}": signedIn,
	"POST /v1/account/password":       firstStep,
	"POST /v1/account/certificates":   signedIn,

	"PUT /v1/blobs/{sha256}":   signedIn,
	"GET /v1/blobs/{sha256}":   signedIn,
	"HEAD /v1/blobs/{sha256}":  signedIn,
	"PATCH /v1/blobs/{sha256}": signedIn,

	"GET /v1/drafts":                 pulling,
	"GET /v1/drafts/{draftId}":       pulling,
	"PUT /v1/drafts/{draftId}":       pulling,
	"DELETE /v1/drafts/{draftId}":    pulling,
	"PUT /v1/drafts/{draftId}/owner": signedIn,

	"POST /v1/orders":               signedIn,
	"GET /v1/orders/{orderCode}":    signedIn,
	"DELETE /v1/orders/{orderCode}": signedIn,

	"POST /v1/applications":                            signedIn,
	"GET /v1/applications/{applicationId}":             signedIn,
	"POST /v1/applications/{applicationId}/withdrawal": signedIn,
	"POST /v1/applications/{applicationId}/answers":    signedIn,
	"POST /v1/applications/{applicationId}/opening":    signedIn,
	"GET /v1/changes":                                  pulling,
	"POST /v1/sync/push":                               signedIn,

	"POST /v1/clerk/matches":                                    clerks,
	"POST /v1/clerk/registrations":                              clerks,
	"GET /v1/clerk/registrations/{registrationId}":              clerks,
	"DELETE /v1/clerk/registrations/{registrationId}":           clerks,
	"PUT /v1/clerk/registrations/{registrationId}/verification": clerks,
	"POST /v1/clerk/registrations/{registrationId}/identifier":  clerks,
	"GET /v1/clerk/day":                                         clerks,

	"GET /v1/desk/applications":                                reviewers,
	"GET /v1/desk/applications/{applicationId}":                reviewers,
	"POST /v1/desk/applications/{applicationId}/events":        reviewers,
	"POST /v1/desk/applications/{applicationId}/decision":      heads,
	"GET /v1/desk/applications/{applicationId}/blobs/{sha256}": reviewers,

	"POST /v1/payments/notifications": {provider: true},
}

// allows returns nil when the session may call the operation.
func (r right) allows(s session.Session) error {
	const op = "httpapi.rights"
	switch {
	case s.MustChangePassword && !r.oneTime:
		return &akno.Error{Code: akno.WrongState, Op: op, Fields: map[string]string{"password": "must_change"}}
	case !slices.ContainsFunc(r.roles, s.Is):
		return &akno.Error{Code: akno.Forbidden, Op: op}
	case s.Level < r.level:
		return &akno.Error{Code: akno.LowLevel, Op: op}
	}
	return nil
}
