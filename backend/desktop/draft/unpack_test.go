package draft

import (
	"encoding/json"
	"testing"

	"akno/backend/desktop/syncer"
	"akno/backend/internal/dbx"
	"akno/backend/portalapi"
)

// A pair is a draft that is here and as it was carried, each of which may have been
// worked on since.
type pair struct {
	*testing.T
	here, there *desk
	id          string
}

// newPair is two desks of one person at one portal, both of which have the draft.
func newPair(t *testing.T) *pair {
	t.Helper()
	p := &pair{T: t, here: newDesk(t), there: newDesk(t)}
	p.here.orders = p.there.orders
	p.here.stop()
	p.here.start()
	p.id = p.there.create(paidOne)
	p.there.fill(p.id)
	if stand, _ := p.unpack(); stand != StandNew {
		t.Fatal(stand)
	}
	return p
}

// unpack takes in what was written there and returns how it stood, and the draft.
func (p *pair) unpack() (Standing, View) {
	p.Helper()
	packed, err := p.there.Pack(p.Context(), p.id)
	if err != nil {
		p.Fatal(err)
	}
	stand, id, err := p.here.Unpack(p.Context(), packed, nil)
	if err != nil || id != p.id {
		p.Fatalf("%s is %s: %v", id, stand, err)
	}
	return stand, p.here.view(p.id)
}

func TestAnOrderMakesNoSecondDraft(t *testing.T) {
	type outcome struct {
		Standing Standing
		Order    int // which of those that were made, 0 for none
		State    string
	}
	for name, c := range map[string]struct {
		do   func(p *pair)
		want outcome
	}{
		"it has one, and here it was gone on with without": {func(p *pair) {
			p.there.order(p.id)
			p.here.write(p.id, "surname", "Дальше")
		}, outcome{StandOlder, 0, Open}},
		"it has one, and here there is another": {func(p *pair) {
			p.there.order(p.id)
			p.here.order(p.id)
		}, outcome{StandSame, 2, Ordered}},
		"it has one, and here it was gone on with under another": {func(p *pair) {
			p.there.order(p.id)
			p.here.order(p.id)
			p.here.write(p.id, "surname", "Дальше")
		}, outcome{StandOlder, 2, Ordered}},
		"it has none, and goes on from one that has": {func(p *pair) {
			p.there.write(p.id, "surname", "Дальше")
			p.here.order(p.id)
		}, outcome{StandNewer, 1, Ordered}},
		"it has one of which nothing is known here": {func(p *pair) {
			p.there.order(p.id)
		}, outcome{StandNewer, 1, Ordered}},
		"it has one, and here another was asked for without an answer": {func(p *pair) {
			p.there.order(p.id)
			p.here.orders.lose = true
			_, _ = p.here.CreateOrder(p.Context(), p.id)
		}, outcome{StandSame, 0, Open}},
		"it has one that the portal told to be cancelled": {func(p *pair) {
			v := p.there.order(p.id)
			p.tells(v.Order.Code, portalapi.OrderStatusVoid)
		}, outcome{StandSame, 0, Open}},
		"it goes on with one that the portal told to be cancelled": {func(p *pair) {
			v := p.there.order(p.id)
			p.there.write(p.id, "surname", "Дальше")
			p.tells(v.Order.Code, portalapi.OrderStatusVoid)
		}, outcome{StandNewer, 0, Open}},
		"it has one that the portal told to be awaited": {func(p *pair) {
			v := p.there.order(p.id)
			p.tells(v.Order.Code, portalapi.OrderStatusAwaiting)
		}, outcome{StandNewer, 1, Ordered}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPair(t)
			c.do(p)
			before := p.here.view(p.id).Row.Rev
			stand, v := p.unpack()
			got := outcome{stand, 0, v.Row.State}
			for i, o := range p.there.orders.made {
				if o.Code == v.Order.Code {
					got.Order = i + 1
				}
			}
			if got != c.want || v.Row.Rev < before {
				t.Errorf("got %+v at revision %d of %d, want %+v", got, v.Row.Rev, before, c.want)
			}
			if again, _ := p.unpack(); again != StandSame && again != StandOlder {
				t.Errorf("the second time it is %s", again)
			}
		})
	}
}

func TestAProofOfALostOrderOutlivesALongerCopy(t *testing.T) {
	p := newPair(t)
	code, transaction := p.here.order(p.id).Order.Code, "9000000017"
	paid := p.here.orders.made[0]
	paid.Version, paid.Status, paid.Transaction = paid.Version+1, portalapi.OrderStatusPaid, &transaction
	err := p.here.db.Write(t.Context(), func(tx dbx.Tx) error {
		if err := newer(t.Context(), tx, paid); err != nil {
			return err
		}
		return lost(t.Context(), tx, code)
	})
	if err != nil {
		t.Fatal(err)
	}
	p.here.orders.made, p.here.orders.ops = nil, nil // the portal is an older one
	p.there.write(p.id, "surname", "Дальше")
	p.there.order(p.id)
	stand, v := p.unpack()
	if stand != StandNewer || v.Order.Code != p.there.view(p.id).Order.Code || v.Order.Stated != transaction {
		t.Errorf("%s: %+v", stand, v.Order)
	}
}

// tells stores what the portal tells of an order, as the exchange does.
func (p *pair) tells(code string, status portalapi.OrderStatus) {
	p.Helper()
	o := portalapi.Order{Code: code, ApplicationId: p.id, Status: status, Version: 2}
	body, err := json.Marshal(o)
	if err != nil {
		p.Fatal(err)
	}
	err = p.here.db.Write(p.Context(), func(tx dbx.Tx) error {
		_, err := tx.Exec(p.Context(), `INSERT INTO inbox(account, kind, id, version, body, changed_at) VALUES(?, ?, ?, ?, ?, 0)`,
			"anna", syncer.KindOrder, code, o.Version, string(body))
		return err
	})
	if err != nil {
		p.Fatal(err)
	}
}
