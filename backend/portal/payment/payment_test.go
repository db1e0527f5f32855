package payment

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/erip"
	"akno/backend/akno/ordercode"
	"akno/backend/akno/workdays"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/internal/testkit/testdb"
	"akno/backend/portal/audit"
	"akno/backend/portal/session"
	"akno/backend/portal/store"
	"akno/backend/portalapi"

	"github.com/google/go-cmp/cmp"
)

// rules is a small catalogue: a passport for one base value, two more when it is
// urgent, and a free certificate.
type rules struct{}

func (rules) Level(procedure string) (akno.Level, error) {
	switch procedure {
	case "passport":
		return akno.Strict, nil
	case "free":
		return akno.Email, nil
	}
	return 0, &akno.Error{Code: akno.NotFound}
}

func (rules) Number(string) (int, error) { return 135, nil }

func (rules) Quote(procedure, _ string, version int, facts []string, on workdays.Date) (Quote, error) {
	if procedure == "free" {
		return Quote{}, &akno.Error{Code: akno.WrongState}
	}
	if version != 1 {
		return Quote{}, &akno.Error{Code: akno.OldForm}
	}
	q := Quote{BaseValue: 45_00}
	if on.Year >= 2027 {
		q.BaseValue = 50_00
	}
	q.Amount = q.BaseValue
	for range facts {
		q.Amount += 2 * q.BaseValue
	}
	return q, nil
}

var (
	noon = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	anna = session.Session{AccountID: "0193f0a0-0000-7000-8000-0000000000aa", Level: akno.Strict}
	hank = session.Session{AccountID: "0193f0a0-0000-7000-8000-0000000000bb", Level: akno.Strict}
)

type world struct {
	*Service
	t   *testing.T
	db  *store.DB
	now time.Time
}

func open(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, now: noon}
	tick := func() time.Time { return w.now }
	var err error
	if w.db, err = store.Open(context.Background(), testdb.Address(t), tick); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.db.Close(); err != nil {
			t.Error(err)
		}
	})
	w.Service, err = New(w.db, tick, rules{}, Config{
		SerialKey: bytes.Repeat([]byte{1}, 32), ProviderKey: bytes.Repeat([]byte{2}, 32), Merchant: "AKNO-DEMO", City: "Minsk",
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) request(facts ...string) portalapi.OrderRequest {
	if facts == nil {
		facts = []string{}
	}
	return portalapi.OrderRequest{
		OpId: ids.New(w.now), ApplicationId: ids.New(w.now), Procedure: "passport", FormId: "F", FormVersion: 1, FeeFacts: facts,
	}
}

func (w *world) order(facts ...string) portalapi.Order {
	w.t.Helper()
	o, err := w.Create(context.Background(), anna, w.request(facts...))
	if err != nil {
		w.t.Fatal(err)
	}
	return o
}

func (w *world) notify(transaction, code, amount string, paidAt time.Time) portalapi.PaymentTakenResult {
	w.t.Helper()
	got, err := w.Notify(context.Background(), portalapi.PaymentNotice{
		Transaction: transaction, OrderCode: code, Amount: amount, PaidAt: paidAt.UnixMilli(),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return got.Result
}

func (w *world) state(code string) portalapi.Order {
	w.t.Helper()
	o, err := w.Get(context.Background(), anna, code)
	if err != nil {
		w.t.Fatal(err)
	}
	return o
}

func TestCreate(t *testing.T) {
	ctx := context.Background()
	t.Run("an order has a code, a sum, an end and a link that agree", func(t *testing.T) {
		w := open(t)
		o := w.order("urgent")
		parts, err := ordercode.Code(o.Code).Split()
		if err != nil {
			t.Fatal(err)
		}
		if parts.Version != ordercode.Version || parts.Date != workdays.Of(noon) || parts.Procedure != 135 {
			t.Errorf("parts of the code are %+v", parts)
		}
		if bucket, _, ok := w.serials.Open(parts.Serial); !ok || bucket != Bucket(anna.AccountID) {
			t.Errorf("the code leads to bucket %d (%v), want %d", bucket, ok, Bucket(anna.AccountID))
		}
		if o.Amount != "135.00" || o.BaseValue != "45.00" || o.ExpiresAt != noon.Add(Expiry).UnixMilli() || o.Version != 1 {
			t.Errorf("order is %+v", o)
		}
		m, err := erip.Parse(o.EripLink)
		if err != nil {
			t.Fatal(err)
		}
		p, err := m.Payment()
		if err != nil || p.Account != o.Code || p.Amount != 135_00 || p.Editable {
			t.Errorf("the link asks for %+v (%v)", p, err)
		}
	})
	t.Run("the same command gets the same order, another body does not", func(t *testing.T) {
		w := open(t)
		req := w.request()
		first, err := w.Create(ctx, anna, req)
		if err != nil {
			t.Fatal(err)
		}
		again, err := w.Create(ctx, anna, req)
		if err != nil || !cmp.Equal(first, again) {
			t.Errorf("again: %v\n%s", err, cmp.Diff(first, again))
		}
		req.FeeFacts = []string{"urgent"}
		if _, err := w.Create(ctx, anna, req); akno.CodeOf(err) != akno.Conflict {
			t.Errorf("another body: %v", err)
		}
	})
	t.Run("an application has one order while it awaits payment", func(t *testing.T) {
		w := open(t)
		req := w.request()
		first, err := w.Create(ctx, anna, req)
		if err != nil {
			t.Fatal(err)
		}
		req.OpId = ids.New(w.now)
		if again, err := w.Create(ctx, anna, req); err != nil || again.Code != first.Code {
			t.Errorf("second order %s (%v), first %s", again.Code, err, first.Code)
		}
		req.OpId, req.FeeFacts = ids.New(w.now), []string{"urgent"}
		if _, err := w.Create(ctx, anna, req); akno.CodeOf(err) != akno.Conflict {
			t.Errorf("an order of other facts: %v", err)
		}
		if err := w.Cancel(ctx, anna, first.Code); err != nil {
			t.Fatal(err)
		}
		if next, err := w.Create(ctx, anna, req); err != nil || next.Code == first.Code {
			t.Errorf("order after the void one is %s (%v)", next.Code, err)
		}
	})
	for name, tt := range map[string]struct {
		who    session.Session
		change func(*portalapi.OrderRequest)
		code   akno.Code
	}{
		"a low level is refused":            {session.Session{AccountID: anna.AccountID, Level: akno.NonStrict}, func(*portalapi.OrderRequest) {}, akno.LowLevel},
		"an unknown procedure is refused":   {anna, func(r *portalapi.OrderRequest) { r.Procedure = "x" }, akno.NotFound},
		"a free procedure is refused":       {anna, func(r *portalapi.OrderRequest) { r.Procedure = "free" }, akno.WrongState},
		"an old version of form is refused": {anna, func(r *portalapi.OrderRequest) { r.FormVersion = 2 }, akno.OldForm},
	} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			req := w.request()
			tt.change(&req)
			if _, err := w.Create(ctx, tt.who, req); akno.CodeOf(err) != tt.code {
				t.Errorf("code %s (%v), want %s", akno.CodeOf(err), err, tt.code)
			}
		})
	}
	t.Run("orders made at once have different codes", func(t *testing.T) {
		w := open(t)
		codes := make([]string, 50)
		var wg sync.WaitGroup
		for i := range codes {
			req := w.request()
			wg.Go(func() {
				o, err := w.Create(ctx, anna, req)
				if err != nil {
					t.Error(err)
				}
				codes[i] = o.Code
			})
		}
		wg.Wait()
		seen := map[string]bool{}
		for _, c := range codes {
			seen[c] = true
		}
		if len(seen) != len(codes) {
			t.Errorf("%d codes of %d differ", len(seen), len(codes))
		}
	})
	t.Run("an order of somebody else is not found", func(t *testing.T) {
		w := open(t)
		o := w.order()
		if _, err := w.Get(ctx, hank, o.Code); akno.CodeOf(err) != akno.NotFound {
			t.Errorf("get: %v", err)
		}
		if err := w.Cancel(ctx, hank, o.Code); akno.CodeOf(err) != akno.NotFound {
			t.Errorf("cancel: %v", err)
		}
	})
}

func TestNotify(t *testing.T) {
	ctx := context.Background()
	t.Run("a payment pays the order once", func(t *testing.T) {
		w := open(t)
		o := w.order()
		if r := w.notify("t1", o.Code, "45.00", noon); r != portalapi.Taken {
			t.Errorf("result %s", r)
		}
		if r := w.notify("t1", o.Code, "45.00", noon); r != portalapi.Repeated {
			t.Errorf("told again: %s", r)
		}
		if r := w.notify("t2", o.Code, "45.00", noon); r != portalapi.OrderClosed {
			t.Errorf("paid again: %s", r)
		}
		got := w.state(o.Code)
		if got.Status != portalapi.OrderStatusPaid || got.Transaction == nil || *got.Transaction != "t1" || got.Version != 2 {
			t.Errorf("order is %+v", got)
		}
		if err := w.Cancel(ctx, anna, o.Code); akno.CodeOf(err) != akno.WrongState {
			t.Errorf("cancel of a paid order: %v", err)
		}
	})
	t.Run("a transaction told with another sum is a conflict", func(t *testing.T) {
		w := open(t)
		o := w.order()
		w.notify("t1", o.Code, "45.00", noon)
		_, err := w.Notify(ctx, portalapi.PaymentNotice{Transaction: "t1", OrderCode: o.Code, Amount: "46.00", PaidAt: noon.UnixMilli()})
		if akno.CodeOf(err) != akno.Conflict {
			t.Errorf("error is %v", err)
		}
	})
	t.Run("too little is not taken and is left to people", func(t *testing.T) {
		w := open(t)
		o := w.order()
		if r := w.notify("t1", o.Code, "44.99", noon); r != portalapi.WrongAmount {
			t.Errorf("result %s", r)
		}
		if got := w.state(o.Code); got.Status != portalapi.OrderStatusAwaiting {
			t.Errorf("order is %s", got.Status)
		}
		wantMismatch(t, w, Mismatch{Transaction: "t1", OrderCode: o.Code, Amount: 44_99, Result: portalapi.WrongAmount, ReceivedAt: noon})
	})
	t.Run("too much is taken and the surplus is left to people", func(t *testing.T) {
		w := open(t)
		o := w.order()
		if r := w.notify("t1", o.Code, "50.00", noon); r != portalapi.Taken {
			t.Errorf("result %s", r)
		}
		wantMismatch(t, w, Mismatch{Transaction: "t1", OrderCode: o.Code, Amount: 50_00, Surplus: 5_00, Result: portalapi.Taken, ReceivedAt: noon})
	})
	t.Run("a wrong digit, a stranger's code and a code never made are unknown", func(t *testing.T) {
		w := open(t)
		o := w.order()
		wrong := []byte(o.Code)
		wrong[20] = '0' + (wrong[20]-'0'+1)%10
		for i, code := range []string{string(wrong), "944406312611210013400000000117", never(t, w)} {
			if r := w.notify("t"+string(rune('a'+i)), code, "45.00", noon); r != portalapi.UnknownOrder {
				t.Errorf("%s: %s", code, r)
			}
		}
	})
	t.Run("money after the end of the order does not bring it back", func(t *testing.T) {
		w := open(t)
		o := w.order()
		w.now = noon.Add(Expiry + time.Minute)
		if n, err := w.Expire(ctx); n != 1 || err != nil {
			t.Fatalf("%d orders expired (%v)", n, err)
		}
		if r := w.notify("t1", o.Code, "45.00", w.now); r != portalapi.OrderClosed {
			t.Errorf("result %s", r)
		}
		if got := w.state(o.Code); got.Status != portalapi.OrderStatusExpired {
			t.Errorf("order is %s", got.Status)
		}
	})
	t.Run("the sum is that of the day of payment", func(t *testing.T) {
		w := open(t)
		w.now = time.Date(2026, 12, 30, 9, 0, 0, 0, time.UTC)
		a, b := w.order(), w.order()
		w.now = time.Date(2027, 1, 2, 9, 0, 0, 0, time.UTC)
		if n, err := w.Requote(ctx); n != 2 || err != nil {
			t.Fatalf("%d orders got another sum (%v)", n, err)
		}
		if got := w.state(a.Code); got.Amount != "50.00" || got.Version != 2 || got.EripLink == a.EripLink {
			t.Errorf("order is %+v", got)
		}
		if n, err := w.Requote(ctx); n != 0 || err != nil {
			t.Errorf("the second time %d orders got another sum (%v)", n, err)
		}
		if r := w.notify("t1", a.Code, "45.00", time.Date(2026, 12, 31, 20, 59, 0, 0, time.UTC)); r != portalapi.Taken {
			t.Errorf("paid on the last day of the year: %s", r)
		}
		if r := w.notify("t2", b.Code, "45.00", time.Date(2026, 12, 31, 21, 1, 0, 0, time.UTC)); r != portalapi.WrongAmount {
			t.Errorf("paid on the first day of the year: %s", r)
		}
	})
	t.Run("an amount that is none is refused", func(t *testing.T) {
		w := open(t)
		_, err := w.Notify(ctx, portalapi.PaymentNotice{Transaction: "t", OrderCode: w.order().Code, Amount: "0.00"})
		if akno.CodeOf(err) != akno.Invalid {
			t.Errorf("error is %v", err)
		}
	})
}

// never returns a right code of this portal that no order has.
func never(t *testing.T, w *world) string {
	t.Helper()
	serial, err := w.serials.Serial(7, 7)
	if err != nil {
		t.Fatal(err)
	}
	c, err := ordercode.Make(ordercode.Parts{Version: ordercode.Version, Date: workdays.Of(noon), Procedure: 1, Serial: serial})
	if err != nil {
		t.Fatal(err)
	}
	return c.String()
}

func wantMismatch(t *testing.T, w *world, want ...Mismatch) {
	t.Helper()
	got, err := w.Mismatches(context.Background())
	if err != nil || len(got) != len(want) || len(want) > 0 && !cmp.Equal(got, want) {
		t.Errorf("mismatches (%v):\n%s", err, cmp.Diff(want, got))
	}
}

func TestSettle(t *testing.T) {
	ctx := context.Background()
	w := open(t)
	o := w.order()
	w.notify("little", o.Code, "1.00", noon)
	w.notify("much", o.Code, "46.00", noon)
	w.notify("right", w.order().Code, "45.00", noon)
	for _, transaction := range []string{"little", "much"} {
		if err := w.Settle(ctx, transaction); err != nil {
			t.Errorf("%s: %v", transaction, err)
		}
	}
	for _, transaction := range []string{"little", "right", "never"} {
		if err := w.Settle(ctx, transaction); akno.CodeOf(err) != akno.NotFound {
			t.Errorf("%s: %v", transaction, err)
		}
	}
	wantMismatch(t, w)
}

func TestAuthentic(t *testing.T) {
	w := open(t)
	body := []byte(`{"transaction":"t"}`)
	good := Sign(w.config.ProviderKey, body)
	if !w.Authentic(body, good) {
		t.Error("the payment system's own signature is refused")
	}
	for name, sig := range map[string]string{"none": "", "not hex": "zz", "of another key": Sign([]byte("x"), body), "cut": good[:62]} {
		if w.Authentic(body, sig) {
			t.Errorf("a signature that is %s is accepted", name)
		}
	}
	if w.Authentic(append(body, ' '), good) {
		t.Error("a changed body is accepted")
	}
}

func TestClaim(t *testing.T) {
	ctx := context.Background()
	w := open(t)
	o := w.order()
	c, err := w.Claim(ctx, ordercode.Code(o.Code).Grouped())
	if err != nil || c.Amount != 45_00 || c.Procedure != "passport" || c.Status != portalapi.OrderStatusAwaiting {
		t.Errorf("claim is %+v (%v)", c, err)
	}
	if _, err := w.Claim(ctx, never(t, w)); akno.CodeOf(err) != akno.NotFound {
		t.Errorf("a code never made: %v", err)
	}
	for text, why := range map[string]string{
		"": "length", "12345": "length", "9" + o.Code[1:29] + "x": "format", "8" + o.Code[1:]: "checksum",
	} {
		if _, err := w.Claim(ctx, text); akno.CodeOf(err) != akno.Invalid || akno.FieldsOf(err)["orderCode"] != why {
			t.Errorf("%q: %v, want %s", text, err, why)
		}
	}
}

func TestOrdersLeaveTraces(t *testing.T) {
	ctx := context.Background()
	w := open(t)
	o := w.order()
	w.notify("t1", o.Code, "1.00", noon)
	w.notify("t2", o.Code, "45.00", noon)
	err := w.db.Read(ctx, func(tx dbx.Tx) error {
		chain, err := audit.List(ctx, tx, anna.AccountID)
		if err != nil {
			return err
		}
		var actions []string
		for _, e := range chain {
			actions = append(actions, e.Action)
		}
		if want := []string{"order", "payment_not_taken", "erip_confirm"}; !cmp.Equal(actions, want) {
			t.Errorf("journal: %s", cmp.Diff(want, actions))
		}
		if broken := audit.Verify(anna.AccountID, chain); broken != 0 {
			t.Errorf("record %d of the journal is broken", broken)
		}
		var version, seq int64
		if err := tx.QueryRow(ctx, `SELECT version, seq FROM change WHERE account_id = ? AND kind = 'order' AND id = ?`, anna.AccountID, o.Code).
			Scan(&version, &seq); err != nil {
			return err
		}
		if version != 2 || seq != 2 {
			t.Errorf("change says version %d at %d", version, seq)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestUseProof(t *testing.T) {
	ctx := context.Background()
	w := open(t)
	a, b := ids.New(noon), ids.New(noon)
	for i, tt := range []struct {
		application string
		used        bool
	}{{a, false}, {a, false}, {b, true}, {a, false}} {
		err := w.db.Write(ctx, func(tx dbx.Tx) error {
			used, err := w.UseProof(ctx, tx, anna.AccountID, tt.application, "erip:123", noon)
			if used != tt.used {
				t.Errorf("use %d: used %v", i, used)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestACodeIsNotGivenOutAgainAfterARestore(t *testing.T) {
	ctx := context.Background()
	w := open(t)
	given := map[string]bool{}
	now := func() time.Time { return w.now }
	first, err := store.Open(ctx, filepath.Join(t.TempDir(), "portal.db"), now)
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "copy.db")
	if err := first.Backup(ctx, copied); err != nil {
		t.Fatal(err)
	}
	w.Service.db = first
	for range 3 {
		given[w.order().Code] = true
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the same copy, twice on one day
		w.now = w.now.Add(time.Minute)
		next := filepath.Join(t.TempDir(), "portal.db")
		octets, err := os.ReadFile(copied)
		if err == nil {
			err = os.WriteFile(next, octets, 0o600)
		}
		if err == nil {
			_, err = store.Renew(ctx, next, now)
		}
		if err != nil {
			t.Fatal(err)
		}
		db, err := store.Open(ctx, next, now)
		if err != nil {
			t.Fatal(err)
		}
		w.Service.db = db
		for range 3 {
			code := w.order().Code
			if given[code] {
				t.Errorf("%s was given out before", code)
			}
			given[code] = true
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	today := workdays.Of(w.now)
	for name, tt := range map[string]struct {
		renewed time.Time
		want    int
	}{
		"never":                       {time.Time{}, 0},
		"on an earlier day":           {w.now.AddDate(0, 0, -1), 0},
		"at the beginning of the day": {today.Start(), 0},
		"at its end":                  {today.Start().Add(24*time.Hour - time.Millisecond), ordercode.PerBucket - 1},
	} {
		if got := firstCount(today, tt.renewed); got != tt.want {
			t.Errorf("restored %s: the count begins at %d, want %d", name, got, tt.want)
		}
	}
}

func TestNewRefusesShortKeys(t *testing.T) {
	long, short := bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{1}, 31)
	if _, err := New(nil, nil, nil, Config{SerialKey: short, ProviderKey: long}); !errors.Is(err, ordercode.ErrKey) {
		t.Errorf("serial key: %v", err)
	}
	if _, err := New(nil, nil, nil, Config{SerialKey: long, ProviderKey: short}); err == nil {
		t.Error("a short key of the payment system is accepted")
	}
}

func TestAPaymentInTimeThatIsToldLate(t *testing.T) {
	ctx := context.Background()
	late := func(t *testing.T) (*world, portalapi.OrderRequest, portalapi.Order) {
		w := open(t)
		req := w.request()
		o, err := w.Create(ctx, anna, req)
		if err != nil {
			t.Fatal(err)
		}
		w.now = noon.Add(Expiry + time.Hour)
		if n, err := w.Expire(ctx); err != nil || n != 1 {
			t.Fatalf("%d orders expired (%v)", n, err)
		}
		return w, req, o
	}
	t.Run("pays the order that expired in between", func(t *testing.T) {
		w, _, o := late(t)
		if got := w.notify("t1", o.Code, o.Amount, noon.Add(Expiry)); got != portalapi.Taken {
			t.Errorf("result is %s", got)
		}
		if o = w.state(o.Code); o.Status != portalapi.OrderStatusPaid || o.Version != 3 {
			t.Errorf("order is %+v", o)
		}
	})
	t.Run("pays nothing twice when a new order has been made", func(t *testing.T) {
		w, req, o := late(t)
		req.OpId = ids.New(w.now)
		if _, err := w.Create(ctx, anna, req); err != nil {
			t.Fatal(err)
		}
		if got := w.notify("t1", o.Code, o.Amount, noon.Add(time.Hour)); got != portalapi.OrderClosed {
			t.Errorf("result is %s", got)
		}
	})
	t.Run("made after the end pays nothing", func(t *testing.T) {
		w, _, o := late(t)
		if got := w.notify("t1", o.Code, o.Amount, noon.Add(Expiry+time.Second)); got != portalapi.OrderClosed {
			t.Errorf("result is %s", got)
		}
	})
}
