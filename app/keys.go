package app

import (
	"context"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"akno/backend/akno"
	"akno/backend/desktop/authority"
	"akno/backend/desktop/keyring"
)

// Keys is the bound type of keys and certificates.
type Keys struct {
	a *App
	c *core
}

var _ keysSurface = (*Keys)(nil)

// List searches the places where keys lie.
func (k *Keys) List() (out KeyList, err error) {
	defer k.a.guard("keys.List", &err)
	return k.list()
}

func (k *Keys) list() (KeyList, error) {
	ctx, cancel, err := k.c.calling()
	if err != nil {
		return KeyList{}, err
	}
	defer cancel()
	l, err := k.c.keys.List(ctx)
	if err == nil && unchained(l) && k.reachTrust(ctx) {
		l, err = k.c.keys.List(ctx)
	}
	if err != nil {
		return KeyList{}, err
	}
	out := KeyList{Keys: []KeyCard{}, Unusable: []KeyCard{}, Looked: []PlaceLooked{}}
	for _, e := range l.Usable {
		out.Keys = append(out.Keys, k.card(e))
	}
	for _, e := range l.Other {
		out.Unusable = append(out.Unusable, k.card(e))
	}
	for _, p := range l.Looked {
		place := PlaceLooked{Path: p.Dir, Files: p.Files, Passed: []FileProblem{}}
		for _, f := range p.Passed {
			place.Passed = append(place.Passed, FileProblem{Name: filepath.Base(f.Path), Code: f.Code})
		}
		out.Looked = append(out.Looked, place)
	}
	return out, nil
}

// unchained says whether every key at hand is useless for want of a path to the
// root: the issuer's certificate may have been out of reach so far.
func unchained(l keyring.Listing) bool {
	return len(l.Usable) == 0 && slices.ContainsFunc(l.Other, func(e keyring.Entry) bool { return e.State == keyring.Untrusted })
}

// reachTrust asks the portal for the certificates of issuers and the lists, no
// longer than a person waits for a list of keys, and says whether they came.
func (k *Keys) reachTrust(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	return k.c.trust.Refresh(ctx, k.c.portal) == nil
}

// card is an entry as the page reads it. The identification number is masked
// here, so that no screen can forget to.
func (k *Keys) card(e keyring.Entry) KeyCard {
	out := KeyCard{
		ID: e.ID, State: string(e.State), KeyPath: e.KeyPath, CertPath: e.CertPath, Curve: e.Curve,
		Place: string(e.Place), RequestID: e.RequestID, Loose: e.Loose, ListDate: moment(e.ListDate),
		Unchecked: e.Unchecked, Proven: e.Proven,
	}
	if e.Certificate == nil {
		return out
	}
	id := keyring.Describe(e.Certificate)
	out.Holder, out.HolderBe, out.Organisation, out.Kind = id.Holder, id.HolderBe, id.Organisation, id.Kind
	out.MaskedNumber = maskNumber(id.Number)
	out.Issuer, out.Serial, out.Fingerprint = id.Issuer, id.Serial, id.SHA256
	out.NotBefore, out.NotAfter = moment(id.NotBefore), moment(id.NotAfter)
	out.DaysLeft = int(math.Floor(id.NotAfter.Sub(k.a.now()).Hours() / 24))
	return out
}

// maskNumber hides the birth date in an identification number.
func maskNumber(n string) string {
	if len(n) < 8 {
		return ""
	}
	return n[:1] + strings.Repeat("•", 7) + n[8:]
}

// keyFilters are the kinds of files that a dialog offers.
var keyFilters = []FileFilter{{Name: "*.key *.cer *.p12 *.pem", Pattern: "*.key;*.cer;*.crt;*.der;*.p8;*.p12;*.pfx;*.pem;*.sk;*.cert"}, {Name: "*", Pattern: "*"}}

// PickFiles asks for key or certificate files and remembers where they are.
func (k *Keys) PickFiles() (out KeyList, err error) {
	defer k.a.guard("keys.PickFiles", &err)
	if err := k.c.opened(); err != nil {
		return out, err
	}
	paths, err := k.a.platform.OpenFiles(FileQuestion{Filters: keyFilters})
	if err != nil {
		return out, err
	}
	return k.add(paths)
}

// PickFolder asks for a folder to look in.
func (k *Keys) PickFolder() (out KeyList, err error) {
	defer k.a.guard("keys.PickFolder", &err)
	if err := k.c.opened(); err != nil {
		return out, err
	}
	dir, err := k.a.platform.OpenFolder("")
	if err != nil {
		return out, err
	}
	if dir == "" {
		return k.list()
	}
	return k.add([]string{dir})
}

// AddPaths remembers files or folders that were dropped on the window.
func (k *Keys) AddPaths(paths []string) (out KeyList, err error) {
	defer k.a.guard("keys.AddPaths", &err)
	if err := k.c.opened(); err != nil {
		return out, err
	}
	return k.add(paths)
}

// add remembers paths. Copies that a browser sent go with the program, so they are
// taken into the profile instead.
func (k *Keys) add(paths []string) (KeyList, error) {
	ctx, cancel, err := k.c.calling()
	if err != nil {
		return KeyList{}, err
	}
	defer cancel()
	for _, p := range paths {
		take := k.c.keys.Add
		if k.a.platform.Passing(p) {
			take = k.c.keys.Import
		}
		if err := take(ctx, p); err != nil {
			return KeyList{}, err
		}
		k.a.platform.Taken([]string{p})
	}
	return k.list()
}

// ChooseFolder asks where a new key is to be kept.
func (k *Keys) ChooseFolder() (dir string, err error) {
	defer k.a.guard("keys.ChooseFolder", &err)
	return k.a.platform.OpenFolder("")
}

// BeginCreate makes a key; its new password follows.
func (k *Keys) BeginCreate(n NewKey) (out Ticket, err error) {
	const op = "keys.BeginCreate"
	defer k.a.guard(op, &err)
	if err := k.c.opened(); err != nil {
		return out, err
	}
	fields := map[string]string{}
	number := checkNumber(n.PersonalNumber)
	if number.Problem != "" {
		fields["personalNumber"] = number.Problem
	}
	for name, value := range map[string]string{"surname": n.Surname, "name": n.Name} {
		if strings.TrimSpace(value) == "" {
			fields[name] = "required"
		}
	}
	if len(fields) > 0 {
		return out, &akno.Error{Code: akno.Invalid, Op: op, Fields: fields}
	}
	h := keyring.Holder{
		Surname: strings.TrimSpace(n.Surname), Name: strings.TrimSpace(n.Name), Patronymic: strings.TrimSpace(n.Patronymic),
		PersonalNumber: number.Number, Email: strings.TrimSpace(n.Email),
	}
	return k.a.secrets.password("new_key", func(ctx context.Context, password []byte) (any, error) {
		e, err := k.c.keys.Create(ctx, n.Curve, h, n.Folder, password)
		if err != nil {
			return nil, err
		}
		return k.card(e), nil
	})
}

// SendRequest hands the request of a new key to the registration authority.
func (k *Keys) SendRequest(id string) (out KeyCard, err error) {
	defer k.a.guard("keys.SendRequest", &err)
	ctx, cancel, err := k.c.calling()
	if err != nil {
		return out, err
	}
	defer cancel()
	base, err := k.c.registrationAuthority(ctx)
	if err != nil {
		return out, err
	}
	der, err := k.c.keys.Request(ctx, id)
	if err != nil {
		return out, err
	}
	s, err := authority.Send(ctx, k.c.portal, base, der)
	if err != nil {
		return out, err
	}
	if err := k.c.keys.Sent(ctx, id, s.ID, s.State == authority.Refused); err != nil {
		return out, err
	}
	return k.found(ctx, id)
}

// CheckRequest asks what became of a request and installs the certificate once
// there is one.
func (k *Keys) CheckRequest(id string) (out KeyCard, err error) {
	const op = "keys.CheckRequest"
	defer k.a.guard(op, &err)
	ctx, cancel, err := k.c.calling()
	if err != nil {
		return out, err
	}
	defer cancel()
	base, err := k.c.registrationAuthority(ctx)
	if err != nil {
		return out, err
	}
	e, err := k.c.keys.Find(ctx, id)
	if err != nil {
		return out, err
	}
	if e.RequestID == "" {
		return out, &akno.Error{Code: akno.WrongState, Op: op}
	}
	s, cert, err := authority.Ask(ctx, k.c.portal, base, e.RequestID)
	if err != nil {
		return out, err
	}
	if s.State != authority.Approved {
		if err := k.c.keys.Sent(ctx, id, s.ID, s.State == authority.Refused); err != nil {
			return out, err
		}
		return k.found(ctx, id)
	}
	if err := k.c.trust.Refresh(ctx, k.c.portal); err != nil {
		k.a.log.WithField("cause", err).Warn("trust data were not taken over")
	}
	installed, err := k.c.keys.Install(ctx, cert)
	if err != nil {
		return out, err
	}
	return k.card(installed), nil
}

func (k *Keys) found(ctx context.Context, id string) (KeyCard, error) {
	e, err := k.c.keys.Find(ctx, id)
	if err != nil {
		return KeyCard{}, err
	}
	return k.card(e), nil
}

// Forget stops looking at a key's files. The files stay.
func (k *Keys) Forget(id string) (err error) {
	defer k.a.guard("keys.Forget", &err)
	ctx, cancel, err := k.c.calling()
	if err != nil {
		return err
	}
	defer cancel()
	return k.c.keys.Forget(ctx, id)
}

// Trust tells by what signatures are judged.
func (k *Keys) Trust() (out TrustView, err error) {
	defer k.a.guard("keys.Trust", &err)
	if err := k.c.opened(); err != nil {
		return out, err
	}
	return k.trust(), nil
}

func (k *Keys) trust() TrustView {
	snap, now := k.c.trust.Snapshot(), k.a.now()
	out := TrustView{Anchors: []TrustCertificate{}, Intermediates: []TrustCertificate{}, Lists: []TrustList{}}
	for _, c := range snap.Anchors {
		out.Anchors = append(out.Anchors, trustCertificate(keyring.Describe(c)))
	}
	for _, c := range snap.Intermediates {
		out.Intermediates = append(out.Intermediates, trustCertificate(keyring.Describe(c)))
	}
	for _, l := range snap.Lists {
		out.Lists = append(out.Lists, TrustList{
			Issuer: l.Issuer.String(), From: moment(l.ThisUpdate), Until: moment(l.NextUpdate), Count: l.Len(),
			Stale: now.After(l.NextUpdate), Fetched: moment(l.Fetched), AgeHours: int(now.Sub(l.ThisUpdate) / time.Hour),
		})
	}
	return out
}

func trustCertificate(id keyring.Identity) TrustCertificate {
	return TrustCertificate{
		Subject: id.Holder, Serial: id.Serial, SHA256: id.SHA256,
		NotBefore: moment(id.NotBefore), NotAfter: moment(id.NotAfter),
	}
}

// RefreshTrust fetches lists and intermediate certificates now.
func (k *Keys) RefreshTrust() (out TrustView, err error) {
	defer k.a.guard("keys.RefreshTrust", &err)
	ctx, cancel, err := k.c.calling()
	if err != nil {
		return out, err
	}
	defer cancel()
	if err := k.c.trust.Refresh(ctx, k.c.portal); err != nil {
		return out, err
	}
	return k.trust(), nil
}

// CheckNumber looks at an identification number while it is typed.
func (k *Keys) CheckNumber(text string) (out NumberCheck, err error) {
	defer k.a.guard("keys.CheckNumber", &err)
	return checkNumber(text), nil
}
