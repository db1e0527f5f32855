package session

import (
	"time"

	"akno/backend/akno"
	"akno/backend/portalapi"
)

// State is who is signed in. The zero State is a guest.
type State struct {
	SignedIn           bool
	AccountID          string
	Level, MaxLevel    akno.Level
	Role               string // citizen, clerk, officer, head
	Way                string // email, identifier, eds
	Person             Person
	Email              string
	Body               akno.Text // name of a reviewer's body
	Office             string    // of a clerk
	StartedAt          time.Time
	IdleUntil          time.Time
	ExpiresAt          time.Time
	MustChangePassword bool
	Claimed            bool // a registration found the person's existing cabinet
}

// Letter is a letter on its way.
type Letter struct {
	ResendAfter time.Duration // it may be asked for again then
	ValidFor    time.Duration // of its code
}

func letterOf(l *portalapi.LetterSent, err error) (Letter, error) {
	if err != nil {
		return Letter{}, err
	}
	return Letter{time.Duration(l.ResendAfter) * time.Second, time.Duration(l.ValidFor) * time.Second}, nil
}

// Open is one open session of the account.
type Open struct {
	ID        string
	Level     akno.Level
	Way       string // email, identifier, eds
	StartedAt time.Time
	SeenAt    time.Time
	Current   bool
}

// Person is what the portal knows of somebody; unknown members are empty.
type Person struct {
	Surname, Name, Patronymic       string
	SurnameBe, NameBe, PatronymicBe string
	SurnameLatin, NameLatin         string
	PersonalNumber                  string
	BirthDate                       string // YYYY-MM-DD
	Sex                             string // m, f
	Citizenship                     string
}

// PersonOf takes a person over from the wire; p may be nil.
func PersonOf(p *portalapi.Person) Person {
	if p == nil {
		return Person{}
	}
	return Person{
		Surname: p.Surname, Name: p.Name, Patronymic: text(p.Patronymic),
		SurnameBe: text(p.SurnameBe), NameBe: text(p.NameBe), PatronymicBe: text(p.PatronymicBe),
		SurnameLatin: text(p.SurnameLatin), NameLatin: text(p.NameLatin),
		PersonalNumber: text(p.PersonalNumber), BirthDate: text(p.BirthDate),
		Sex: text(p.Sex), Citizenship: text(p.Citizenship),
	}
}

// Wire is the person as it goes to the portal; empty members stay out.
func (p Person) Wire() portalapi.Person {
	return portalapi.Person{
		Surname: p.Surname, Name: p.Name, Patronymic: given(p.Patronymic),
		SurnameBe: given(p.SurnameBe), NameBe: given(p.NameBe), PatronymicBe: given(p.PatronymicBe),
		SurnameLatin: given(p.SurnameLatin), NameLatin: given(p.NameLatin),
		PersonalNumber: given(p.PersonalNumber), BirthDate: given(p.BirthDate),
		Sex: given(portalapi.PersonSex(p.Sex)), Citizenship: given(p.Citizenship),
	}
}

func text[S ~string](s *S) string {
	if s == nil {
		return ""
	}
	return string(*s)
}

func given[S ~string](s S) *S {
	if s == "" {
		return nil
	}
	return &s
}

func stateOf(p *portalapi.Session) State {
	st := State{
		SignedIn:           true,
		AccountID:          p.Account.Id,
		Role:               string(p.Role),
		Way:                string(p.Way),
		Person:             PersonOf(p.Account.Person),
		Email:              text(p.Account.Email),
		Office:             text(p.Account.Office),
		StartedAt:          time.UnixMilli(p.StartedAt).UTC(),
		IdleUntil:          time.UnixMilli(p.IdleUntil).UTC(),
		ExpiresAt:          time.UnixMilli(p.ExpiresAt).UTC(),
		MustChangePassword: p.MustChangePassword,
		Claimed:            p.Claimed != nil && *p.Claimed,
	}
	st.Level, _ = akno.ParseLevel(string(p.Level))
	st.MaxLevel, _ = akno.ParseLevel(string(p.Account.MaxLevel))
	if b := p.Account.Body; b != nil {
		st.Body = akno.Text{RU: b.Name.Ru, BE: text(b.Name.Be), EN: text(b.Name.En)}
	}
	return st
}
