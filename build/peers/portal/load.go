package main

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/canon"
	"akno/backend/akno/catalogue"
	"akno/backend/akno/form"
	"akno/backend/akno/ident"
	"akno/backend/akno/workdays"
	"akno/backend/gossuok"
	"akno/backend/portalapi"
	"akno/backend/stb/bign"
	"akno/backend/stb/cms"
	"akno/backend/stb/pki"
)

const (
	perBatch  = 100
	page      = 50
	queued    = 1000
	procedure = "200.1.3.4"
)

// A person has a key and a cabinet.
type person struct {
	number string
	key    *bign.PrivateKey
	cert   *pki.Certificate
	token  string
	cursor string // behind everything
}

// An application is one that was signed and waits to be sent.
type application struct {
	id, op    string
	octets    []byte
	signature []byte
	body      []byte // of the command
}

// A load is what is sent and pulled.
type load struct {
	people []*person // who push and pull
	many   *person   // who has many records
	queue  *person   // who was without a network for a week

	batches [][]application // batch n is that of person n modulo people
	alone   [][]application // sent by the person of the queue, one after the other
	waiting []application   // the queue
	records []portalapi.Change

	catalogue *catalogue.Catalogue
	answers   form.Answers
}

func clock() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// newID returns a UUIDv7.
func newID() string {
	var b [16]byte
	rand.Read(b[:])
	binary.BigEndian.PutUint64(b[:8], uint64(time.Now().UnixMilli())<<16|uint64(b[6])<<8|uint64(b[7]))
	b[6], b[8] = b[6]&0x0f|0x70, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// newPerson makes the n-th citizen with a certificate of the authority.
func newPerson(ca *gossuok.Authority, n int) (*person, error) {
	number := fmt.Sprintf("3110575A%03dPB", n+1)
	number += string(ident.NumberCheckDigit(number))
	order, err := gossuok.PersonOrder(gossuok.Person{
		PersonName: pki.PersonName{Surname: "Тестовский", GivenName: "Ян", Patronymic: "Янович"}, Latin: "Tsiastouski Yan", Number: number,
	})
	if err != nil {
		return nil, err
	}
	key, err := bign.GenerateKey(bign.Curve256v1())
	if err != nil {
		return nil, err
	}
	cert, err := ca.Issue(order, key.PublicKey())
	return &person{number: number, key: key, cert: cert}, err
}

// sign makes n applications of p.
func (l *load) sign(p *person, n int) ([]application, error) {
	out, errs := make([]application, n), make([]error, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for w := range errs {
		wg.Go(func() {
			for i := w; i < n && errs[w] == nil; i += len(errs) {
				out[i], errs[w] = l.signOne(p)
			}
		})
	}
	wg.Wait()
	return out, errors.Join(errs...)
}

func (l *load) signOne(p *person) (application, error) {
	proc, ok := l.catalogue.Procedure(procedure)
	if !ok {
		return application{}, errors.New("no such procedure")
	}
	schema, err := l.catalogue.FormFor(procedure)
	if err != nil {
		return application{}, err
	}
	answers := form.Answers{}
	for field, v := range l.answers {
		answers[field] = v
	}
	answers["personal_number"] = form.Text(p.number)
	body, _ := l.catalogue.Body(proc.Body)
	today := workdays.Of(clock())
	a := application{id: newID(), op: newID()}
	sub, err := canon.Build(canon.Input{
		Application: a.id, Procedure: proc, Body: body, Schema: schema.Schema, FormHash: schema.Hash,
		State: form.Evaluate(schema.Schema, answers, today), Language: akno.Russian, AsOf: today, Kind: proc.Applicants[0],
	})
	if err != nil {
		return a, err
	}
	if a.octets, err = sub.Encode(); err != nil {
		return a, err
	}
	a.signature, err = cms.Sign(cms.Octets(a.octets), cms.SignOptions{Certificate: p.cert, Signer: p.key, Time: clock()})
	if err != nil {
		return a, err
	}
	a.body, err = json.Marshal(portalapi.SubmissionRequest{OpId: a.op, ApplicationId: a.id, Submission: a.octets, Signature: &a.signature})
	return a, err
}

// attach is the signature over a challenge.
func (p *person) attach(document []byte) ([]byte, error) {
	return cms.Sign(nil, cms.SignOptions{Certificate: p.cert, Signer: p.key, Time: clock(), Attached: bytes.Clone(document)})
}
