package app

import (
	"context"
	"errors"
	"strings"
	"time"

	"akno/backend/akno"
	"akno/backend/desktop/session"
	"akno/backend/print"
)

// Session is the bound type of signing in and registering.
type Session struct {
	a *App
	c *core
}

var _ sessionSurface = (*Session)(nil)

// State tells who is signed in.
func (s *Session) State() (out SessionState, err error) {
	defer s.a.guard("session.State", &err)
	if s.c.session == nil {
		return sessionState(session.State{}), nil
	}
	return sessionState(s.c.session.State()), nil
}

// Consent returns the consent to the processing of personal data.
func (s *Session) Consent(language string) (out ConsentText, err error) {
	defer s.a.guard("session.Consent", &err)
	ctx, cancel, err := s.c.calling()
	if err != nil {
		return out, err
	}
	defer cancel()
	facts, err := s.c.facts.Agreement(ctx)
	if err != nil {
		return out, err
	}
	text, err := print.ConsentText(akno.Lang(language), print.Operator(facts.Operator))
	if err != nil {
		return out, err
	}
	id, err := consentOf(language)
	return ConsentText{Version: id.Version, SHA256: id.SHA256, Text: text}, err
}

// BeginRegisterByEmail asks for a cabinet by e-mail; the password follows.
func (s *Session) BeginRegisterByEmail(r EmailRegistration) (out Ticket, err error) {
	const op = "session.BeginRegisterByEmail"
	defer s.a.guard(op, &err)
	if err := s.c.opened(); err != nil {
		return out, err
	}
	email := strings.TrimSpace(r.Email)
	if !strings.Contains(email, "@") {
		return out, &akno.Error{Code: akno.Invalid, Op: op, Fields: map[string]string{"email": "pattern"}}
	}
	consent := session.Consent{Version: r.ConsentVersion, SHA256: r.ConsentSHA256}
	return s.a.secrets.password("register_email", func(ctx context.Context, password []byte) (any, error) {
		l, err := s.c.session.RegisterByEmail(ctx, email, s.language(), consent, password)
		if err != nil {
			return nil, err
		}
		return letterSent(l), nil
	})
}

// ResendActivation asks for the letter again.
func (s *Session) ResendActivation(email string) (out LetterSent, err error) {
	defer s.a.guard("session.ResendActivation", &err)
	ctx, cancel, err := s.c.calling()
	if err != nil {
		return out, err
	}
	defer cancel()
	l, err := s.c.session.ResendActivation(ctx, strings.TrimSpace(email))
	if err != nil {
		return out, err
	}
	return letterSent(l), nil
}

// Activate activates a cabinet by the code or the link of the letter.
func (s *Session) Activate(codeOrLink string) (email string, err error) {
	defer s.a.guard("session.Activate", &err)
	ctx, cancel, err := s.c.calling()
	if err != nil {
		return "", err
	}
	defer cancel()
	return s.c.session.Activate(ctx, codeOrLink)
}

// RequestPasswordReset asks for a letter by which a password may be set anew.
func (s *Session) RequestPasswordReset(email string) (out LetterSent, err error) {
	const op = "session.RequestPasswordReset"
	defer s.a.guard(op, &err)
	ctx, cancel, err := s.c.calling()
	if err != nil {
		return out, err
	}
	defer cancel()
	email = strings.TrimSpace(email)
	if !strings.Contains(email, "@") {
		return out, &akno.Error{Code: akno.Invalid, Op: op, Fields: map[string]string{"email": "pattern"}}
	}
	l, err := s.c.session.RequestPasswordReset(ctx, email)
	if err != nil {
		return out, err
	}
	return letterSent(l), nil
}

// BeginResetPassword sets a forgotten password by the code of the letter; the new
// password follows.
func (s *Session) BeginResetPassword(code string) (out Ticket, err error) {
	defer s.a.guard("session.BeginResetPassword", &err)
	if err := s.c.opened(); err != nil {
		return out, err
	}
	return s.a.secrets.password("reset_password", func(ctx context.Context, password []byte) (any, error) {
		return s.c.session.ResetPassword(ctx, code, password)
	})
}

// BeginSignInByPassword signs in by e-mail or identification number; the
// password follows.
func (s *Session) BeginSignInByPassword(login string) (out Ticket, err error) {
	defer s.a.guard("session.BeginSignInByPassword", &err)
	if err := s.c.opened(); err != nil {
		return out, err
	}
	login = strings.TrimSpace(login)
	if !strings.Contains(login, "@") {
		login = checkNumber(login).Number // look-alike letters are repaired
	}
	return s.a.secrets.password("sign_in", func(ctx context.Context, password []byte) (any, error) {
		return answer(s.c.session.SignInByPassword(ctx, login, password))
	})
}

// BeginSignInByEDS signs in by a key; its password follows.
func (s *Session) BeginSignInByEDS(keyID string) (out Ticket, err error) {
	defer s.a.guard("session.BeginSignInByEDS", &err)
	return s.withKey("sign_in_eds", func(ctx context.Context, password []byte) (session.State, error) {
		return s.c.session.SignInByEDS(ctx, keyID, password)
	})
}

// BeginRegisterByEDS opens or claims a cabinet by a key; its password follows.
func (s *Session) BeginRegisterByEDS(r EDSRegistration) (out Ticket, err error) {
	defer s.a.guard("session.BeginRegisterByEDS", &err)
	consent := session.Consent{Version: r.ConsentVersion, SHA256: r.ConsentSHA256}
	return s.withKey("register_eds", func(ctx context.Context, password []byte) (session.State, error) {
		return s.c.session.RegisterByEDS(ctx, r.KeyID, strings.TrimSpace(r.Email), s.language(), consent, password)
	})
}

// BeginStepUp raises the session to strict; the key's password follows.
func (s *Session) BeginStepUp(keyID string) (out Ticket, err error) {
	defer s.a.guard("session.BeginStepUp", &err)
	return s.withKey("step_up", func(ctx context.Context, password []byte) (session.State, error) {
		return s.c.session.StepUp(ctx, keyID, password)
	})
}

// BeginBindCertificate binds a key's certificate to the cabinet; its password
// follows.
func (s *Session) BeginBindCertificate(keyID string) (out Ticket, err error) {
	defer s.a.guard("session.BeginBindCertificate", &err)
	return s.withKey("bind", func(ctx context.Context, password []byte) (session.State, error) {
		return s.c.session.BindCertificate(ctx, keyID, password)
	})
}

// BeginChangePassword changes the cabinet's password; both passwords follow.
func (s *Session) BeginChangePassword() (out Ticket, err error) {
	defer s.a.guard("session.BeginChangePassword", &err)
	if err := s.c.opened(); err != nil {
		return out, err
	}
	return s.a.secrets.change("change_password", func(ctx context.Context, current, next []byte) (any, error) {
		return answer(s.c.session.ChangePassword(ctx, current, next))
	})
}

// SignOut ends the session here and on the portal.
func (s *Session) SignOut() (err error) {
	defer s.a.guard("session.SignOut", &err)
	ctx, cancel, err := s.c.calling()
	if err != nil {
		return err
	}
	defer cancel()
	// Hidden before the page hears of it, and again in case a round of the
	// exchange remembered the person in between.
	return errors.Join(s.c.hide(ctx), s.c.session.SignOut(ctx), s.c.hide(ctx))
}

// Sessions lists the open sessions of the cabinet.
func (s *Session) Sessions() (out []SessionInfo, err error) {
	defer s.a.guard("session.Sessions", &err)
	ctx, cancel, err := s.c.calling()
	if err != nil {
		return nil, err
	}
	defer cancel()
	list, err := s.c.session.Sessions(ctx)
	if err != nil {
		return nil, err
	}
	out = make([]SessionInfo, 0, len(list))
	for _, l := range list {
		out = append(out, SessionInfo{
			ID: l.ID, Level: l.Level.String(), Way: l.Way, Current: l.Current,
			StartedAt: moment(l.StartedAt), SeenAt: moment(l.SeenAt),
		})
	}
	return out, nil
}

// EndSession ends another session of the cabinet.
func (s *Session) EndSession(id string) (err error) {
	defer s.a.guard("session.EndSession", &err)
	ctx, cancel, err := s.c.calling()
	if err != nil {
		return err
	}
	defer cancel()
	return s.c.session.EndSession(ctx, id)
}

// withKey makes a ticket for the password of a key.
func (s *Session) withKey(purpose string, use func(context.Context, []byte) (session.State, error)) (Ticket, error) {
	if err := s.c.opened(); err != nil {
		return Ticket{}, err
	}
	return s.a.secrets.password(purpose, func(ctx context.Context, password []byte) (any, error) {
		return answer(use(ctx, password))
	})
}

// language of letters and papers: the portal writes Russian or Belarusian.
func (s *Session) language() string { return s.a.preferences.get().Language }

// answer gives a state to the page.
func answer(st session.State, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return sessionState(st), nil
}

// letterSent is the portal's answer as the page reads it.
func letterSent(l session.Letter) LetterSent {
	return LetterSent{
		ResendAfterSeconds: int(l.ResendAfter / time.Second),
		ValidForSeconds:    int(l.ValidFor / time.Second),
	}
}

// sessionState is the state as the page reads it.
func sessionState(st session.State) SessionState {
	out := SessionState{
		SignedIn: st.SignedIn, Level: st.Level.String(), MaxLevel: st.MaxLevel.String(), Role: st.Role,
		Workspace: "citizen", Way: st.Way, Email: st.Email, Office: st.Office,
		StartedAt: moment(st.StartedAt), IdleUntil: moment(st.IdleUntil), ExpiresAt: moment(st.ExpiresAt),
		MustChangePassword: st.MustChangePassword, Claimed: st.Claimed,
		Person: personOf(st.Person), Body: textOf(st.Body),
	}
	switch st.Role {
	case "clerk":
		out.Workspace = "clerk"
	case "officer", "head":
		out.Workspace = "desk"
	}
	return out
}
