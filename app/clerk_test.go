package app

import (
	"bytes"
	"testing"

	"akno/backend/akno"
	"akno/backend/desktop/session"
)

// clerk is the counter's part of the program.
func (c *cabinetBench) clerk() (k *Clerk) {
	for _, p := range c.parts {
		if found, ok := p.(*Clerk); ok {
			k = found
		}
	}
	return k
}

func TestSlipsAreWipedWhenTheClerkLeaves(t *testing.T) {
	c := newCabinet(t)
	k, paper := c.clerk(), []byte("%PDF one-time password")
	file := k.a.octets(paper, "application/pdf", "slip.pdf")
	k.slips = map[string]slip{"card": {paper, file.URL}}
	k.c.session.Forget()
	if len(k.slips) != 0 || !bytes.Equal(paper, make([]byte, len(paper))) || k.a.files.has(file.URL) {
		t.Errorf("%q is readable by whoever comes next", paper)
	}
}

func TestCardsInWorkAreShownToClerksOnly(t *testing.T) {
	c := newCabinet(t)
	clerk := c.clerk()
	kept, err := clerk.Save(RegistrationCard{Person: Person{Surname: "Тестовский"}})
	if err != nil || kept.Card.ID == "" {
		t.Fatalf("what a clerk typed is lost when the session has ended: %v", err)
	}
	if all, err := clerk.Held(); akno.CodeOf(err) != akno.Forbidden || len(all) != 0 {
		t.Errorf("%+v %v", all, err)
	}
	if one, err := clerk.Get(kept.Card.ID); akno.CodeOf(err) != akno.Forbidden || one.Card.Person.Surname != "" {
		t.Errorf("%+v %v", one, err)
	}
}

func TestScansOfOneWindowAreForClerksOnly(t *testing.T) {
	c := newCabinet(t)
	kept, err := c.clerk().Save(RegistrationCard{Person: Person{Surname: "Тестовский"}})
	if err != nil {
		t.Fatal(err)
	}
	files, at := c.attachments(), FilePlace{Card: kept.ID, Field: "consent", File: "f", Draft: "d"}
	for name, err := range map[string]error{
		"dialog":  second(files.PickFiles(at)),
		"drop":    second(files.AddFiles(at, []string{"x"})),
		"remove":  second(files.RemoveFile(at)),
		"pages":   second(files.PickPages(at)),
		"paste":   second(files.BeginPaste(at, "снимок.jpg")),
		"tray":    second(files.Tray(at)),
		"show":    second(files.Show(at, PageEdit{ID: "p"})),
		"save":    second(files.SavePages(at, []PageEdit{{ID: "p"}}, true)),
		"discard": files.Discard(at, "p"),
		"scan":    second(files.PickScan(at, "device", 200, true)),
	} {
		if akno.CodeOf(err) != akno.Forbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestARequestForACertificateIsNotSentInTheClear(t *testing.T) {
	c := newCabinet(t)
	core := c.Drafts.w.c
	for address, want := range map[string]akno.Code{
		"http://127.0.0.1:9/ra":       "",
		"https://ra.example.by/ra":    "",
		"http://ra.example.by/ra":     akno.Unavailable,
		"ftp://ra.example.by/ra":      akno.Unavailable,
		"":                            akno.Unavailable,
		"http://127.0.0.1@example.by": akno.Unavailable,
	} {
		facts := session.PortalFacts{Name: akno.Text{RU: "Партал"}, RA: address}
		if err := core.store.SetSetting(t.Context(), "portal.facts", facts); err != nil {
			t.Fatal(err)
		}
		got, err := core.registrationAuthority(t.Context())
		if want == "" && (err != nil || got != address) || want != "" && akno.CodeOf(err) != want {
			t.Errorf("%q: %q %v", address, got, err)
		}
	}
}
