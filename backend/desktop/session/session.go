// Package session is the person's session with the portal, seen from the
// desktop: the three ways to sign in and to register, the level the session
// has, and who is signed in. The token lives in memory only and dies with the
// program; passwords pass through as buffers that the caller wipes.
package session

import (
	"context"
	"sync"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/clock"
	"akno/backend/internal/ids"
	"akno/backend/portalapi"
)

// Portal is what the service asks of the portal.
type Portal interface {
	RegisterByEmail(context.Context, portalapi.EmailRegistration) (*portalapi.LetterSent, error)
	ResendActivation(context.Context, portalapi.AddressOnly) (*portalapi.LetterSent, error)
	Activate(context.Context, portalapi.Activation) (*portalapi.Activated, error)
	RequestPasswordReset(context.Context, portalapi.AddressOnly) (*portalapi.LetterSent, error)
	ResetPassword(context.Context, portalapi.PasswordReset) (*portalapi.Activated, error)
	CreateChallenge(context.Context, portalapi.ChallengeRequest) (*portalapi.Challenge, error)
	RegisterByEds(context.Context, portalapi.EdsRegistration) (*portalapi.Session, error)
	SignInByPassword(context.Context, portalapi.PasswordSignIn) (*portalapi.Session, error)
	SignInByEds(context.Context, portalapi.SignedChallenge) (*portalapi.Session, error)
	StepUp(context.Context, portalapi.SignedChallenge) (*portalapi.Session, error)
	BindCertificate(context.Context, portalapi.SignedChallenge) (*portalapi.Session, error)
	ChangePassword(context.Context, portalapi.PasswordChange) (*portalapi.Session, error)
	GetSession(context.Context) (*portalapi.Session, error)
	SignOut(context.Context) (*struct{}, error)
	ListSessions(context.Context) (*portalapi.SessionList, error)
	EndSession(context.Context, string) (*struct{}, error)
	SetToken(token string)
	Address() string // where the portal is that is spoken to
}

// Signer signs the portal's challenges with the key keyID.
type Signer interface {
	// SignAttached returns a CMS over content, which it carries.
	SignAttached(ctx context.Context, keyID string, password, content []byte) ([]byte, error)
}

// Consent names the text a person agreed to.
type Consent struct {
	Version string
	SHA256  string // hex
}

// Service holds the session.
type Service struct {
	portal Portal
	signer Signer
	now    clock.Clock

	stateMu  sync.Mutex // guards what follows
	state    State
	token    string
	onChange []func(State)
}

// New returns a service without a session.
func New(portal Portal, signer Signer, now clock.Clock) *Service {
	return &Service{portal: portal, signer: signer, now: now}
}

// OnChange registers f to be called after each change of the state. It is
// called before the program starts serving, never later.
func (s *Service) OnChange(f func(State)) { s.onChange = append(s.onChange, f) }

// State returns who is signed in. A session whose time is over is none.
func (s *Service) State() State {
	s.stateMu.Lock()
	defer s.stateMu.Unlock()
	if s.state.SignedIn && !s.now().Before(s.state.ExpiresAt) {
		s.state, s.token = State{}, ""
		s.portal.SetToken("")
	}
	return s.state
}

// RegisterByEmail asks for a cabinet by e-mail. The answer is the same whether
// the address is known or not.
func (s *Service) RegisterByEmail(ctx context.Context, email, language string, c Consent, password []byte) (Letter, error) {
	return letterOf(s.portal.RegisterByEmail(ctx, portalapi.EmailRegistration{
		OpId:     ids.New(s.now()),
		Email:    email,
		Password: password,
		Language: portalapi.Language(language),
		Consent:  portalapi.Consent{Version: c.Version, Sha256: c.SHA256},
	}))
}

// ResendActivation asks for the activation letter again.
func (s *Service) ResendActivation(ctx context.Context, email string) (Letter, error) {
	return letterOf(s.portal.ResendActivation(ctx, portalapi.AddressOnly{Email: email}))
}

// Activate activates a cabinet by the code of the letter, or by its link, and
// returns the cabinet's address.
func (s *Service) Activate(ctx context.Context, codeOrLink string) (email string, err error) {
	code, err := ActivationCode(codeOrLink)
	if err != nil {
		return "", err
	}
	a, err := s.portal.Activate(ctx, portalapi.Activation{Code: code})
	if err != nil {
		return "", err
	}
	return a.Email, nil
}

// RequestPasswordReset asks for a letter by which the password of an e-mail cabinet
// may be set anew. The answer is the same whether the address is known or not.
func (s *Service) RequestPasswordReset(ctx context.Context, email string) (Letter, error) {
	return letterOf(s.portal.RequestPasswordReset(ctx, portalapi.AddressOnly{Email: email}))
}

// ResetPassword sets the password of an e-mail cabinet by the code of the letter and
// returns the cabinet's address. Nobody is signed in by it.
func (s *Service) ResetPassword(ctx context.Context, code string, password []byte) (email string, err error) {
	if code, err = ActivationCode(code); err != nil {
		return "", err
	}
	a, err := s.portal.ResetPassword(ctx, portalapi.PasswordReset{Code: code, Password: password})
	if err != nil {
		return "", err
	}
	return a.Email, nil
}

// SignInByPassword signs in by an e-mail address or an identification number.
func (s *Service) SignInByPassword(ctx context.Context, login string, password []byte) (State, error) {
	return s.open(s.portal.SignInByPassword(ctx, portalapi.PasswordSignIn{Login: login, Password: password}))
}

// SignInByEDS signs in by the key keyID. A certificate that no cabinet knows is
// refused with the code unbound.
func (s *Service) SignInByEDS(ctx context.Context, keyID string, password []byte) (State, error) {
	c, err := s.sign(ctx, portalapi.ChallengeRequestPurposeSignIn, keyID, password)
	if err != nil {
		return State{}, err
	}
	return s.open(s.portal.SignInByEds(ctx, c))
}

// RegisterByEDS opens a cabinet by the key keyID, or claims the person's
// existing one.
func (s *Service) RegisterByEDS(ctx context.Context, keyID, email, language string, consent Consent, password []byte) (State, error) {
	c, err := s.sign(ctx, portalapi.ChallengeRequestPurposeRegister, keyID, password)
	if err != nil {
		return State{}, err
	}
	r := portalapi.EdsRegistration{
		ChallengeId: c.ChallengeId,
		Signature:   c.Signature,
		Language:    portalapi.Language(language),
		Consent:     portalapi.Consent{Version: consent.Version, Sha256: consent.SHA256},
	}
	if email != "" {
		r.Email = &email
	}
	return s.open(s.portal.RegisterByEds(ctx, r))
}

// StepUp raises the session to strict.
func (s *Service) StepUp(ctx context.Context, keyID string, password []byte) (State, error) {
	c, err := s.sign(ctx, portalapi.ChallengeRequestPurposeStepUp, keyID, password)
	if err != nil {
		return State{}, err
	}
	return s.open(s.portal.StepUp(ctx, c))
}

// BindCertificate binds the certificate of keyID to the cabinet and raises the
// session to strict.
func (s *Service) BindCertificate(ctx context.Context, keyID string, password []byte) (State, error) {
	c, err := s.sign(ctx, portalapi.ChallengeRequestPurposeBind, keyID, password)
	if err != nil {
		return State{}, err
	}
	return s.open(s.portal.BindCertificate(ctx, c))
}

// ChangePassword sets a new password; the account's other sessions end.
func (s *Service) ChangePassword(ctx context.Context, current, next []byte) (State, error) {
	return s.open(s.portal.ChangePassword(ctx, portalapi.PasswordChange{Current: current, Next: next}))
}

// SignOut forgets the session here whether or not the portal could be told.
func (s *Service) SignOut(ctx context.Context) error {
	var err error
	if s.State().SignedIn {
		_, err = s.portal.SignOut(ctx)
	}
	s.Forget()
	if akno.CodeOf(err) == akno.SignedOut || akno.Silent(akno.CodeOf(err)) {
		return nil
	}
	return err
}

// Forget drops the session here.
func (s *Service) Forget() {
	s.keep("")
	s.set(State{})
}

// keep makes token the one that calls carry.
func (s *Service) keep(token string) {
	s.stateMu.Lock()
	s.token = token
	s.stateMu.Unlock()
	s.portal.SetToken(token)
}

// Ended drops the session of token, as when the portal says that it has ended.
// A late answer to an earlier session does not touch the present one.
func (s *Service) Ended(token string) {
	s.stateMu.Lock()
	present := token != "" && token == s.token
	s.stateMu.Unlock()
	if present {
		s.Forget()
	}
}

// Refresh asks the portal who is signed in: roles and levels change there.
func (s *Service) Refresh(ctx context.Context) (State, error) {
	got, err := s.portal.GetSession(ctx)
	if akno.CodeOf(err) == akno.SignedOut {
		s.Forget()
		return State{}, nil
	}
	if err != nil {
		return s.State(), err
	}
	return s.renew(stateOf(got)), nil
}

// Sessions lists the account's open sessions.
func (s *Service) Sessions(ctx context.Context) ([]Open, error) {
	list, err := s.portal.ListSessions(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Open, 0, len(list.Sessions))
	for _, l := range list.Sessions {
		o := Open{
			ID: l.Id, Way: string(l.Way), Current: l.Current,
			StartedAt: time.UnixMilli(l.StartedAt).UTC(), SeenAt: time.UnixMilli(l.SeenAt).UTC(),
		}
		o.Level, _ = akno.ParseLevel(string(l.Level))
		out = append(out, o)
	}
	return out, nil
}

// EndSession ends another session of the account.
func (s *Service) EndSession(ctx context.Context, id string) error {
	_, err := s.portal.EndSession(ctx, id)
	return err
}

// sign fetches a challenge, checks that it is one of this portal and for this
// purpose, and signs it. A server that passes on the challenge of another portal
// would sign in there in the person's name.
func (s *Service) sign(ctx context.Context, purpose portalapi.ChallengeRequestPurpose, keyID string, password []byte) (portalapi.SignedChallenge, error) {
	const op = "session.sign"
	var signed portalapi.SignedChallenge
	c, err := s.portal.CreateChallenge(ctx, portalapi.ChallengeRequest{Purpose: purpose})
	if err != nil {
		return signed, err
	}
	d, err := portalapi.ParseChallenge(c.Document)
	if err != nil || d.Purpose != string(purpose) || !samePortal(d.Origin, s.portal.Address()) {
		return signed, &akno.Error{Code: akno.Invalid, Op: op, Err: errNotChallenge}
	}
	sig, err := s.signer.SignAttached(ctx, keyID, password, c.Document)
	if err != nil {
		return signed, err
	}
	return portalapi.SignedChallenge{ChallengeId: c.Id, Signature: sig}, nil
}

// open takes over the session that the portal answered with.
func (s *Service) open(got *portalapi.Session, err error) (State, error) {
	if err != nil {
		return State{}, err
	}
	if got.Token != nil {
		s.keep(*got.Token)
	}
	return s.set(stateOf(got)), nil
}

func (s *Service) set(st State) State {
	s.stateMu.Lock()
	s.state = st
	s.stateMu.Unlock()
	for _, f := range s.onChange {
		f(st)
	}
	return st
}

// renew takes over what the portal says of the present session, and tells it
// unless nothing but the end of idleness has moved.
func (s *Service) renew(st State) State {
	s.stateMu.Lock()
	before := s.state
	s.stateMu.Unlock()
	if before.IdleUntil = st.IdleUntil; before != st {
		return s.set(st)
	}
	s.stateMu.Lock()
	s.state = st
	s.stateMu.Unlock()
	return st
}
