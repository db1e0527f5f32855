package akno

import "slices"

// An AccountState is where an account (учетная запись) stands.
type AccountState string

// The states of an account.
const (
	AccountNone      AccountState = "none"           // учетной записи нет
	AccountPending   AccountState = "email_pending"  // зарегистрирована по e-mail, не активирована
	AccountExpired   AccountState = "email_expired"  // срок ссылки активации истек
	AccountEDS       AccountState = "eds_challenged" // выдан вызов для регистрации по ЭЦП
	AccountUIDraft   AccountState = "ui_draft"       // специалист заполняет карточку
	AccountUIChecked AccountState = "ui_checked"     // документ проверен, согласие подписано
	AccountUIIssued  AccountState = "ui_issued"      // УИ выдан, пароль временный
	AccountActive    AccountState = "active"
	AccountLocked    AccountState = "locked"    // ошибки входа; the password way only, see accountMoves
	AccountSuspended AccountState = "suspended" // приостановлена
	AccountClosed    AccountState = "closed"    // закрыта
)

// The events of an account.
const (
	EventRegisterEmail       Event = "register_email"
	EventActivate            Event = "activate"
	EventTimeout             Event = "timeout"
	EventResendActivation    Event = "resend_activation"
	EventPurge               Event = "purge"
	EventRegisterEDS         Event = "register_eds"
	EventSubmitSignature     Event = "submit_signature"
	EventClerkStart          Event = "clerk_start"
	EventClerkVerify         Event = "clerk_verify"
	EventClerkCancel         Event = "clerk_cancel"
	EventIssueIdentifier     Event = "issue_identifier"
	EventFirstLogin          Event = "first_login"
	EventTempPasswordExpired Event = "temp_password_expired"
	EventUpgradeUI           Event = "upgrade_ui"
	EventBindEDS             Event = "bind_eds"
	EventTooManyFailures     Event = "too_many_failures"
	EventUnlock              Event = "unlock"
	EventSuspend             Event = "suspend"
	EventResume              Event = "resume"
	EventRefuseUse           Event = "refuse_use"
	EventClose               Event = "close"
)

const (
	whyEnd   = "death or a duplicate must be able to end such an account; two people decide"
	whyNonce = "a challenge lives for five minutes, and so must what waits for it"
)

// accountMoves lists every move an account can make. The state "locked" is kept
// per account and address prefix and closes the password way only: were it one
// flag of the account, a stranger could lock its owner out.
var accountMoves = []Move[AccountState]{
	{AccountNone, EventRegisterEmail, AccountPending, ByGuest, ""},
	{AccountPending, EventActivate, AccountActive, ByGuest, ""},
	{AccountPending, EventTimeout, AccountExpired, BySystem, ""},
	{AccountExpired, EventResendActivation, AccountPending, ByGuest, ""},
	{AccountExpired, EventPurge, AccountClosed, BySystem, ""},
	{AccountNone, EventRegisterEDS, AccountEDS, ByGuest, ""},
	{AccountEDS, EventSubmitSignature, AccountActive, ByGuest, ""},
	{AccountEDS, EventTimeout, AccountNone, BySystem, ""},
	{AccountNone, EventClerkStart, AccountUIDraft, ByClerk, ""},
	{AccountUIDraft, EventClerkVerify, AccountUIChecked, ByClerk, ""},
	{AccountUIDraft, EventClerkCancel, AccountNone, ByClerk, ""},
	{AccountUIChecked, EventIssueIdentifier, AccountUIIssued, ByClerk, ""},
	{AccountUIIssued, EventFirstLogin, AccountActive, ByCitizen, ""},
	{AccountUIIssued, EventTempPasswordExpired, AccountSuspended, BySystem, ""},
	{AccountActive, EventUpgradeUI, AccountActive, ByClerk, ""},
	{AccountActive, EventBindEDS, AccountActive, ByCitizen, ""},
	{AccountActive, EventTooManyFailures, AccountLocked, BySystem, ""},
	{AccountLocked, EventUnlock, AccountActive, BySystem, ""},
	{AccountActive, EventSuspend, AccountSuspended, ByAdmin, ""},
	{AccountSuspended, EventResume, AccountActive, ByClerk, ""},
	{AccountActive, EventRefuseUse, AccountClosed, ByCitizen, ""},
	{AccountSuspended, EventClose, AccountClosed, ByAdmin, ""},

	{AccountLocked, EventClose, AccountClosed, ByAdmin, whyEnd},
	{AccountUIIssued, EventClose, AccountClosed, ByAdmin, whyEnd},
}

// AccountStates lists every state of an account.
func AccountStates() []AccountState {
	return []AccountState{
		AccountNone, AccountPending, AccountExpired, AccountEDS, AccountUIDraft, AccountUIChecked,
		AccountUIIssued, AccountActive, AccountLocked, AccountSuspended, AccountClosed,
	}
}

// AccountMoves returns a copy of the table of an account's moves.
func AccountMoves() []Move[AccountState] { return slices.Clone(accountMoves) }

// After returns where event e, caused by a, leads from state s.
func (s AccountState) After(e Event, a Actor) (AccountState, bool) {
	return after(accountMoves, s, e, a)
}

// Valid says whether s is a state of an account.
func (s AccountState) Valid() bool { return slices.Contains(AccountStates(), s) }

// A SessionState is where a session of the portal stands.
type SessionState string

// The states of a session.
const (
	SessionAnonymous SessionState = "anonymous"   // гость
	SessionPassword  SessionState = "password_ok" // логин и пароль приняты
	SessionChallenge SessionState = "challenge"   // ожидается подпись вызова
	SessionStrict    SessionState = "strict"      // вход по ЭЦП
	SessionExpired   SessionState = "expired"     // истекла
	SessionStepUp    SessionState = "step_up"     // повышение уровня для процедуры
)

// The events of a session.
const (
	EventLoginPassword Event = "login_password"
	EventLoginEDS      Event = "login_eds"
	EventSignatureOK   Event = "signature_ok"
	EventSignatureBad  Event = "signature_bad"
	EventOpenProcedure Event = "open_procedure"
	EventCancel        Event = "cancel"
	EventIdle          Event = "idle"
	EventReset         Event = "reset"
	EventLogout        Event = "logout"
)

var sessionMoves = []Move[SessionState]{
	{SessionAnonymous, EventLoginPassword, SessionPassword, ByCitizen, ""},
	{SessionAnonymous, EventLoginEDS, SessionChallenge, ByCitizen, ""},
	{SessionChallenge, EventSignatureOK, SessionStrict, BySystem, ""},
	{SessionChallenge, EventSignatureBad, SessionAnonymous, BySystem, ""},
	{SessionPassword, EventOpenProcedure, SessionStepUp, ByCitizen, ""},
	{SessionStepUp, EventSignatureOK, SessionStrict, BySystem, ""},
	{SessionStepUp, EventCancel, SessionPassword, ByCitizen, ""},
	{SessionPassword, EventIdle, SessionExpired, BySystem, ""},
	{SessionStrict, EventIdle, SessionExpired, BySystem, ""},
	{SessionExpired, EventReset, SessionAnonymous, BySystem, ""},
	{SessionStrict, EventLogout, SessionAnonymous, ByCitizen, ""},
	{SessionPassword, EventLogout, SessionAnonymous, ByCitizen, ""},

	{SessionChallenge, EventTimeout, SessionAnonymous, BySystem, whyNonce},
	{SessionStepUp, EventTimeout, SessionPassword, BySystem, whyNonce},
}

// SessionStates lists every state of a session.
func SessionStates() []SessionState {
	return []SessionState{
		SessionAnonymous, SessionPassword, SessionChallenge, SessionStrict, SessionExpired, SessionStepUp,
	}
}

// SessionMoves returns a copy of the table of a session's moves.
func SessionMoves() []Move[SessionState] { return slices.Clone(sessionMoves) }

// After returns where event e, caused by a, leads from state s.
func (s SessionState) After(e Event, a Actor) (SessionState, bool) {
	return after(sessionMoves, s, e, a)
}
