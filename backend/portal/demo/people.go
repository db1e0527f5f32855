package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"akno/backend/gossuok"
	"akno/backend/internal/dbx"
	"akno/backend/portal/account"
	"akno/backend/portal/application"
	"akno/backend/portal/audit"
	"akno/backend/portal/catalogue"
	"akno/backend/portal/session"
	"akno/backend/portal/store"
	"akno/backend/portalapi"
	"akno/backend/stb/bign"
	"akno/backend/stb/cms"
	"akno/backend/stb/container"
	"akno/backend/stb/pki"
)

// Password opens every key of the demo. It is written in the folder's README and
// protects nothing.
const Password = "akno-demo"

// Office is the One Window office of the demo's clerk.
const Office = "Служба «Одно окно», демонстрационный офис № 1"

// CitizenEmail is where the letters of the demo's citizen go. The domain is
// reserved for examples, and the demo's mail never leaves its folder.
const CitizenEmail = "anna.kovaleva@example.com"

// committeeUNP is the payer's number of the demo's committee; made up, with a
// right check digit.
const committeeUNP = "199000013"

// A persona is one of the demo's people. None of them exists.
type persona struct {
	name   string // of the key's files
	person gossuok.Person
	roles  string // as accounts store them; empty: no account
	what   string // for the README
	email  string // where letters go; empty: none
}

func people() []persona {
	named := func(surname, given, patronymic string) pki.PersonName {
		return pki.PersonName{Surname: surname, GivenName: given, Patronymic: patronymic}
	}
	person := func(ru, be pki.PersonName, latin, number string) gossuok.Person {
		return gossuok.Person{PersonName: ru, Belarusian: be, Latin: latin, Number: number}
	}
	citizen := person(named("Ковалева", "Анна", "Сергеевна"), named("Кавалёва", "Ганна", "Сяргееўна"), "Kavaliova Hanna", "4120385A014PB6")
	clerk := person(named("Лисовская", "Вера", "Ивановна"), named("Лісоўская", "Вера", "Іванаўна"), "Lisouskaya Vera", "4050378A021PB4")
	officer := person(named("Петров", "Павел", "Петрович"), named("Пятроў", "Павел", "Пятровіч"), "Piatrou Pavel", "3170680A033PB9")
	head := person(named("Сидоров", "Олег", "Олегович"), named("Сідараў", "Алег", "Алегавіч"), "Sidarau Aleh", "3230169A042PB8")
	stranger := person(named("Чужой", "Иван", "Иванович"), named("Чужы", "Іван", "Іванавіч"), "Chuzhy Ivan", "3090991A057PB1")
	return []persona{
		{"citizen", citizen, "citizen", "гражданка с кабинетом, письма ей видны на странице почты", CitizenEmail},
		{"clerk", clerk, "citizen clerk", "специалист службы «Одно окно»", ""},
		{"officer", officer, "citizen officer", "исполнитель уполномоченного органа", ""},
		{"head", head, "citizen head", "руководитель органа: входит с этим ключом, решения подписывает ключом body", ""},
		{"stranger", stranger, "", "ключ другого человека, кабинета нет", ""},
	}
}

// committee is the body at whose desk the officer and the head work. It carries
// out what the catalogue gives to several kinds of bodies.
func committee() application.Body {
	unp := committeeUNP
	address := "220000, г. Минск, ул. Демонстрационная, 1"
	be := "Дэманстрацыйны выканаўчы камітэт"
	return application.Body{
		Ref: portalapi.BodyRef{
			Id: "demo-committee", Kind: "exec_committee", Unp: &unp, Address: &address,
			Name: portalapi.Text{Ru: "Демонстрационный исполнительный комитет", Be: &be},
		},
		Kinds: []string{"labour", "housing_org", "zags", "citizenship"},
		Post:  "председатель", Official: "Сидоров Олег Олегович", Superior: "Демонстрационный областной исполнительный комитет",
	}
}

// Accounts opens cabinets; portal/account does.
type Accounts interface {
	Challenge(ctx context.Context, purpose portalapi.ChallengeRequestPurpose) (portalapi.Challenge, error)
	RegisterByEDS(ctx context.Context, req portalapi.EdsRegistration) (portalapi.Session, error)
	SignOut(ctx context.Context, s session.Session) error
}

var _ Accounts = (*account.Service)(nil)

// Portal is what Seed works on.
type Portal struct {
	DB        dbx.DB
	Catalogue *catalogue.Catalogue
	Accounts  Accounts
	Consent   portalapi.Consent // a text in force
}

// Seed makes the bodies, the people and their keys. It is called at every start,
// after Feed, and makes only what is not there.
func (d *Demo) Seed(ctx context.Context, p Portal) error {
	if err := d.seedBodies(ctx, p); err != nil {
		return fmt.Errorf("demo: bodies: %w", err)
	}
	if err := d.seedKeys(); err != nil {
		return fmt.Errorf("demo: keys: %w", err)
	}
	if err := d.refresh(); err != nil {
		return err
	}
	for _, who := range people() {
		if who.roles == "" {
			continue
		}
		if err := d.seedAccount(ctx, p, who); err != nil {
			return fmt.Errorf("demo: account of the %s: %w", who.name, err)
		}
	}
	return writeFile(filepath.Join(d.config.Data, "README.txt"), []byte(readme()))
}

// seedBodies gives every kind of bodies of the catalogue one that carries it out.
func (d *Demo) seedBodies(ctx context.Context, p Portal) error {
	return p.DB.Write(ctx, func(tx dbx.Tx) error {
		for _, kind := range p.Catalogue.Bodies() {
			be := "Дэманстрацыйны орган: " + kind.Name.BE
			b := application.Body{
				Ref: portalapi.BodyRef{
					Id: "demo-" + kind.Code, Kind: kind.Code, Name: portalapi.Text{Ru: "Демонстрационный орган: " + kind.Name.RU, Be: &be},
				},
				Post: "руководитель", Official: "не назначен",
			}
			if err := application.PutBody(ctx, tx, b); err != nil {
				return err
			}
		}
		return application.PutBody(ctx, tx, committee())
	})
}

// seedKeys makes the key containers and certificates that are not there: of the
// people, of the body, and of the citizen two that must be refused.
func (d *Demo) seedKeys() error {
	for _, who := range people() {
		o, err := gossuok.PersonOrder(who.person)
		if err != nil {
			return err
		}
		if _, err := d.seedKey(who.name, o); err != nil {
			return err
		}
	}
	body := committee()
	o, err := gossuok.OrganisationOrder(gossuok.Organisation{
		Name: body.Ref.Name.Ru, ShortName: "Демонстрационный исполком", UNP: committeeUNP, Locality: "Минск", Street: "ул. Демонстрационная, 1",
	})
	if err != nil {
		return err
	}
	if _, err := d.seedKey("body", o); err != nil {
		return err
	}
	if o, err = gossuok.PersonOrder(people()[0].person); err != nil {
		return err
	}
	now := d.config.Clock()
	expired := o
	expired.NotBefore, expired.NotAfter = now.Add(-60*24*time.Hour), now.Add(-30*24*time.Hour)
	if _, err := d.seedKey("expired", expired); err != nil {
		return err
	}
	cert, err := d.seedKey("revoked", o)
	if err == nil {
		err = d.authority.Revoke(cert.Serial, pki.ReasonKeyCompromise)
	}
	if errors.Is(err, gossuok.ErrState) {
		return nil // revoked at an earlier start
	}
	return err
}

// seedKey returns the certificate of a key of the folder and makes both when the
// certificate is not there.
func (d *Demo) seedKey(name string, o gossuok.Order) (*pki.Certificate, error) {
	path := filepath.Join(d.KeysDir(), name)
	raw, err := os.ReadFile(path + ".cer")
	if err == nil {
		return pki.ParseCertificate(raw)
	}
	if !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	key, err := bign.GenerateKey(bign.Curve256v1())
	if err != nil {
		return nil, err
	}
	defer key.Wipe()
	cert, err := d.authority.Issue(o, key.PublicKey())
	if err != nil {
		return nil, err
	}
	file, err := container.Seal(key, []byte(Password), container.MinIterations)
	if err != nil {
		return nil, err
	}
	// The certificate comes last: while it is not there, the key is made anew.
	if err := writeFile(path+".key", file); err != nil {
		return nil, err
	}
	return cert, writeFile(path+".cer", cert.Raw)
}

// seedAccount registers a person by the key, as anybody does, and gives the
// roles, which an operator does.
func (d *Demo) seedAccount(ctx context.Context, p Portal, who persona) error {
	known := ""
	err := p.DB.Read(ctx, func(tx dbx.Tx) error {
		_, err := dbx.Found(ctx, tx, `SELECT account_id FROM account WHERE personal_number = ?`, []any{who.person.Number}, &known)
		return err
	})
	if err != nil {
		return err
	}
	if known == "" {
		if known, err = d.register(ctx, p, who); err != nil {
			return err
		}
	}
	body, office := "", ""
	if strings.Contains(who.roles, "officer") || strings.Contains(who.roles, "head") {
		ref, err := json.Marshal(committee().Ref)
		if err != nil {
			return err
		}
		body = string(ref)
	}
	if strings.Contains(who.roles, "clerk") {
		office = Office
	}
	return p.DB.Write(ctx, func(tx dbx.Tx) error { return d.appoint(ctx, tx, known, who.roles, body, office) })
}

// open opens a key of the folder.
func (d *Demo) open(name string) (*pki.Certificate, *bign.PrivateKey, error) {
	path := filepath.Join(d.KeysDir(), name)
	raw, err := os.ReadFile(path + ".cer")
	if err != nil {
		return nil, nil, err
	}
	cert, err := pki.ParseCertificate(raw)
	if err != nil {
		return nil, nil, err
	}
	file, err := os.ReadFile(path + ".key")
	if err != nil {
		return nil, nil, err
	}
	key, err := container.Open(file, []byte(Password))
	return cert, key, err
}

// register opens a cabinet by a signed challenge and returns its account.
func (d *Demo) register(ctx context.Context, p Portal, who persona) (string, error) {
	cert, key, err := d.open(who.name)
	if err != nil {
		return "", err
	}
	defer key.Wipe()
	c, err := p.Accounts.Challenge(ctx, portalapi.ChallengeRequestPurposeRegister)
	if err != nil {
		return "", err
	}
	signature, err := cms.Sign(nil, cms.SignOptions{
		Certificate: cert, Signer: key, Time: d.config.Clock(), Attached: bytes.Clone(c.Document),
	})
	if err != nil {
		return "", err
	}
	req := portalapi.EdsRegistration{ChallengeId: c.Id, Signature: signature, Language: portalapi.Ru, Consent: p.Consent}
	if who.email != "" {
		req.Email = &who.email
	}
	s, err := p.Accounts.RegisterByEDS(ctx, req)
	if err != nil {
		return "", err
	}
	return s.Account.Id, p.Accounts.SignOut(ctx, session.Session{AccountID: s.Account.Id, ID: s.Id})
}

// appoint gives an account its roles, if it does not have them.
func (d *Demo) appoint(ctx context.Context, tx dbx.Tx, id, roles, body, office string) error {
	n, err := dbx.Changed(ctx, tx, `UPDATE account SET roles = ?, body = ?, office = ?, version = version + 1
		WHERE account_id = ? AND (roles <> ? OR body <> ? OR office <> ?)`, roles, body, office, id, roles, body, office)
	if err != nil || n == 0 {
		return err
	}
	err = audit.Append(ctx, tx, id, d.config.Clock(), audit.Record{
		Actor: audit.System, Action: "appoint", Entity: account.ChangeKind + ":" + id, Ground: "demo",
	})
	if err != nil {
		return err
	}
	var version int64
	if err := tx.QueryRow(ctx, `SELECT version FROM account WHERE account_id = ?`, id).Scan(&version); err != nil {
		return err
	}
	return store.RecordChange(ctx, tx, id, account.ChangeKind, id, version, false)
}

// readme tells what lies in the folder.
func readme() string {
	var b strings.Builder
	b.WriteString("Данные демонстрационного портала. Люди, органы и ключи вымышлены.\n\n" +
		"keys/ — ключи (STB 34.101.78) и сертификаты. Пароль каждого ключа: " + Password + "\n\n")
	for _, p := range people() {
		fmt.Fprintf(&b, "  %-9s %s %s %s, %s — %s\n", p.name, p.person.Surname, p.person.GivenName, p.person.Patronymic, p.person.Number, p.what)
	}
	b.WriteString("  body      " + committee().Ref.Name.Ru + ", УНП " + committeeUNP + " — ключ органа, им подписывает решения head\n" +
		"  expired   ключ citizen, срок сертификата истек\n" +
		"  revoked   ключ citizen, сертификат отозван\n\n" +
		"trust/ — корневой сертификат демонстрационной инфраструктуры\n" +
		"pki/ — удостоверяющий центр\n" +
		"mail/ — письма портала (*.eml)\n" +
		"secrets/ — ключи самого портала\n")
	return b.String()
}
