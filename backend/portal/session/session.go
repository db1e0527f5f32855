// Package session opens, checks, raises and ends the sessions of people: a
// session has the assurance level it was opened with, a token of its own and
// two limits of time.
package session

import (
	"time"

	"akno/backend/akno"
	"akno/backend/portalapi"
)

// A Way is how a session was opened.
type Way string

// The ways in.
const (
	ByEmail      Way = "email"      // e-mail and password
	ByIdentifier Way = "identifier" // identification number and password
	ByEDS        Way = "eds"        // a signed challenge
)

// A Role is what an account may act as.
type Role string

// The roles.
const (
	Citizen Role = "citizen"
	Clerk   Role = "clerk"   // registers people in person
	Officer Role = "officer" // reviews applications
	Head    Role = "head"    // signs decisions
)

// A Session is a person who is signed in, as the database has him at the
// moment of the request.
type Session struct {
	ID        string
	AccountID string
	Level     akno.Level
	Role      Role // the strongest of the account's roles
	Way       Way
	// Certificate is the fingerprint (SHA-256 of the DER in hex) of the
	// certificate that opened the session; empty for a password.
	Certificate        string
	StartedAt          time.Time
	IdleUntil          time.Time
	ExpiresAt          time.Time
	MustChangePassword bool

	Roles          []Role
	MaxLevel       akno.Level
	Language       akno.Lang
	Email          string
	PersonalNumber string
	Person         *portalapi.Person  // nil before the person is identified
	Body           *portalapi.BodyRef // of an officer or a head
	Office         string             // of a clerk
}

// Is says whether the account of s has role r.
func (s Session) Is(r Role) bool {
	for _, have := range s.Roles {
		if have == r {
			return true
		}
	}
	return false
}

// Name returns the surname and the initials of the person, or "".
func (s Session) Name() string {
	if s.Person == nil {
		return ""
	}
	name := s.Person.Surname
	for _, part := range []string{s.Person.Name, patronymic(s.Person)} {
		if r := []rune(part); len(r) > 0 {
			name += " " + string(r[0]) + "."
		}
	}
	return name
}

func patronymic(p *portalapi.Person) string {
	if p.Patronymic == nil {
		return ""
	}
	return *p.Patronymic
}
