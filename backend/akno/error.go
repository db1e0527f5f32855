package akno

import (
	"errors"
	"maps"
	"slices"
)

// A Code says what kind of failure an error is. Codes travel over the portal
// API and select the message that a person reads, so a code is never renamed.
type Code string

// The codes. Each has an HTTP status in portal/httpapi and a message in every
// language of the interface; tests prove both.
const (
	Internal    Code = "internal"     // a bug or a broken disk; details go to the log only
	Invalid     Code = "invalid"      // the input breaks a rule; Fields says which
	NotFound    Code = "not_found"    // no such record, or not this account's
	Conflict    Code = "conflict"     // somebody changed it first
	Forbidden   Code = "forbidden"    // signed in, but without the right to do this
	LowLevel    Code = "low_level"    // the session's assurance level is too low
	SignedOut   Code = "signed_out"   // no session, or it has ended
	BadLogin    Code = "bad_login"    // login and password do not match
	SlowDown    Code = "slow_down"    // too many attempts: wait
	Unavailable Code = "unavailable"  // no network, or the portal is busy: try again later
	TooLarge    Code = "too_large"    // over a limit of size
	WrongState  Code = "wrong_state"  // the record's state does not allow this
	OldForm     Code = "old_form"     // the form's version is no longer accepted
	NeedsPaying Code = "needs_paying" // the order has not been paid
	UsedCode    Code = "used_code"    // a one-time code or link was used already
	ExpiredCode Code = "expired_code" // a one-time code, link or challenge has expired
	Registered  Code = "registered"   // such an account exists already
	Unbound     Code = "unbound"      // the certificate is not bound to an account

	// Why the portal cannot be heard, where it can be told; see Silent.
	CaptivePortal Code = "captive_portal" // the network answers with a page of its own until somebody signs in there
	TLSForeign    Code = "tls_foreign"    // somebody between presents a certificate of his own
	TLSTime       Code = "tls_time"       // the certificate is not good at the time that this computer's clock tells
	ProxyAuth     Code = "proxy_auth"     // the proxy wants a name and a password, or others
	ProxyDown     Code = "proxy_down"     // the proxy does not answer, or will not lead to the portal

	// Keys and signatures.
	BadPassword      Code = "bad_password"      // wrong password of a key, or its file is damaged
	BadKeyFile       Code = "bad_key_file"      // not a key container that can be opened
	ForeignContainer Code = "foreign_container" // a container of another program
	KeyMismatch      Code = "key_mismatch"      // the certificate belongs to another key
	BadSignature     Code = "bad_signature"     // the signature does not verify
	WrongSigner      Code = "wrong_signer"      // signed by somebody else than the applicant
	CertExpired      Code = "cert_expired"      // the certificate's time is over
	CertNotYet       Code = "cert_not_yet"      // the certificate's time has not begun
	CertRevoked      Code = "cert_revoked"      // the certificate is revoked
	CertSuspended    Code = "cert_suspended"    // the certificate is on hold
	CertUntrusted    Code = "cert_untrusted"    // no path to a trust anchor
	CertUsage        Code = "cert_usage"        // the certificate is not for this purpose
	NoRevocation     Code = "no_revocation"     // revocation could not be checked

	// Files.
	BadFile     Code = "bad_file"       // damaged, or not of the type it claims
	BadFileType Code = "bad_file_type"  // this type is not accepted here
	Encrypted   Code = "encrypted_file" // a document that asks for a password
	DiskFull    Code = "disk_full"      // no space left on the disk
	ReadOnly    Code = "read_only"      // the disk or the file cannot be written to

	// The profile.
	Locked Code = "locked" // the profile is locked: it opens by its password
)

// Error is a failure that a person may be told about.
type Error struct {
	Code   Code
	Op     string            // where: "intake.Submit"
	Fields map[string]string // form field to message key, for Invalid and OldForm
	Err    error             // cause, for the log; may be nil
}

// Error returns "op: code (fields): cause" with the parts that are there. Field
// names are part of a form's definition; field values never appear.
func (e *Error) Error() string {
	s := string(e.Code)
	if e.Op != "" {
		s = e.Op + ": " + s
	}
	for i, f := range slices.Sorted(maps.Keys(e.Fields)) {
		if i == 0 {
			s += " ("
		} else {
			s += ", "
		}
		s += f + " " + e.Fields[f]
		if i == len(e.Fields)-1 {
			s += ")"
		}
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf returns the code of the first *Error in err's chain, and Internal for
// any other error.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return Internal
}

// FieldsOf returns the fields of the first *Error in err's chain, or nil.
func FieldsOf(err error) map[string]string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Fields
	}
	return nil
}

// Silent says whether c means that the portal was not heard: nothing is refused by
// that, and trying again later may help.
func Silent(c Code) bool {
	switch c {
	case Unavailable, CaptivePortal, TLSForeign, TLSTime, ProxyAuth, ProxyDown:
		return true
	}
	return false
}

// Codes lists every code, for the tests that prove each has a status and a
// message.
func Codes() []Code {
	return []Code{
		Internal, Invalid, NotFound, Conflict, Forbidden, LowLevel, SignedOut, BadLogin, SlowDown,
		Unavailable, TooLarge, WrongState, OldForm, NeedsPaying, UsedCode, ExpiredCode, Registered, Unbound,
		BadPassword, BadKeyFile, ForeignContainer, KeyMismatch, BadSignature, WrongSigner,
		CertExpired, CertNotYet, CertRevoked, CertSuspended, CertUntrusted, CertUsage, NoRevocation,
		BadFile, BadFileType, Encrypted, DiskFull, ReadOnly, Locked,
		CaptivePortal, TLSForeign, TLSTime, ProxyAuth, ProxyDown,
	}
}
