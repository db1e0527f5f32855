package backup

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/desktop/draft"
	"akno/backend/portalapi"
)

const (
	account = "0193f0a0-0000-7000-8000-0000000000aa"
	id      = "0193f0a0-0000-7000-8000-00000000000a"
	here    = "0193f0a0-0000-7000-8000-0000000000a1" // devices
	there   = "0193f0a0-0000-7000-8000-0000000000a2"
)

func TestACodeIsReadAsItWasWritten(t *testing.T) {
	secret := []byte{0, 0, 0, 1, 0xff, 0xff, 0x12, 0x34, 0, 10, 0xab, 0xcd, 0x80, 0, 0x7f, 0xff}
	text := string(Code(secret))
	if want := "000000 000011 720885 051260 000110 483791 360448 360437"; text != want {
		t.Fatalf("%q, want %q", text, want)
	}
	for name, typed := range map[string]string{
		"as it stands":   text,
		"in one word":    strings.ReplaceAll(text, " ", ""),
		"with hyphens":   strings.ReplaceAll(text, " ", "-"),
		"over two lines": strings.Replace(text, " 000110", "\r\n000110", 1),
	} {
		if got, err := ParseCode([]byte(typed)); err != nil || !bytes.Equal(got, secret) {
			t.Errorf("%s: %x (%v)", name, got, err)
		}
	}
}

func TestAMistakeInACodeIsFound(t *testing.T) {
	text := string(Code([]byte("sixteen octets !")))
	bad := map[string]string{
		"nothing": "", "words": "сосна дождь", "a letter": text[:10] + "O" + text[11:], "one short": text[:len(text)-1],
		"one group more": text + " 000011", "a group too large": "720896" + text[6:],
	}
	for i := range text {
		if text[i] == ' ' {
			continue
		}
		wrong := []byte(text)
		wrong[i] = '0' + (wrong[i]-'0'+1)%10
		bad["digit "+string(rune('a'+i))] = string(wrong)
		if i > 0 && text[i-1] != ' ' && text[i-1] != text[i] {
			swapped := []byte(text)
			swapped[i-1], swapped[i] = swapped[i], swapped[i-1]
			bad["swap "+string(rune('a'+i))] = string(swapped)
		}
	}
	for name, typed := range bad {
		if _, err := ParseCode([]byte(typed)); akno.CodeOf(err) != akno.Invalid || akno.FieldsOf(err)["code"] == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// packed is a draft of three revisions.
func packed() draft.Packed {
	p := draft.Packed{
		ID: id, Account: account, Procedure: "200.1.3.4", FormID: "F", FormVersion: 1, FormHash: strings.Repeat("a", 64),
		Answers: form.Answers{"surname": form.Text("Тестовский")}, Sources: map[string]string{}, Problems: map[string]string{}, Orphans: []draft.Orphan{},
		Node: 3, CreatedAt: 1, SavedAt: 3,
	}
	for i := range 3 {
		p.Revisions = append(p.Revisions, draft.PackedRevision{At: int64(i + 1), Kind: draft.KindEdit, Node: i + 1, Parent: i, Change: "[]"})
	}
	return p
}

func TestABackupIsOpenedByItsSecretInItsPlaceOnly(t *testing.T) {
	secret := []byte("sixteen octets !")
	octets, err := seal(secret, account, packed())
	if err != nil {
		t.Fatal(err)
	}
	got, err := open(secret, account, id, 3, octets)
	if err != nil || !cmp.Equal(got, packed(), cmp.Comparer(form.Value.Equal)) {
		t.Fatalf("%+v (%v)", got, err)
	}
	again, err := seal(secret, account, packed())
	if err != nil || bytes.Equal(again, octets) {
		t.Errorf("the same draft twice is the same octets (%v)", err)
	}
	other := bytes.Clone(secret)
	other[0] ^= 1
	for name, try := range map[string]func() error{
		"another secret":   func() error { _, err := open(other, account, id, 3, octets); return err },
		"another account":  func() error { _, err := open(secret, there, id, 3, octets); return err },
		"another draft":    func() error { _, err := open(secret, account, there, 3, octets); return err },
		"another revision": func() error { _, err := open(secret, account, id, 4, octets); return err },
		"no octets":        func() error { _, err := open(secret, account, id, 3, nil); return err },
		"the magic alone":  func() error { _, err := open(secret, account, id, 3, octets[:8]); return err },
	} {
		if err := try(); akno.CodeOf(err) != akno.BadFile {
			t.Errorf("%s: %v", name, err)
		}
	}
	for i := range octets {
		damaged := bytes.Clone(octets)
		damaged[i] ^= 0x40
		if _, err := open(secret, account, id, 3, damaged); akno.CodeOf(err) != akno.BadFile {
			t.Fatalf("octet %d changed: %v", i, err)
		}
		if _, err := open(secret, account, id, 3, octets[:i]); akno.CodeOf(err) != akno.BadFile {
			t.Fatalf("cut at %d: %v", i, err)
		}
	}
}

func TestADraftThatIsTooLargeIsNotSent(t *testing.T) {
	p := packed()
	noise := make([]byte, 1<<21)
	x := uint32(1)
	for i := range noise { // what cannot be compressed
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		noise[i] = 'a' + byte(x>>7)%26
	}
	p.Answers["surname"] = form.Text(string(noise))
	_, err := seal([]byte("sixteen octets !"), account, p)
	if akno.CodeOf(err) != akno.TooLarge || akno.FieldsOf(err)["backup"] != "copy_size" {
		t.Errorf("%v", err)
	}
}

func FuzzOpen(f *testing.F) {
	secret := []byte("sixteen octets !")
	octets, err := seal(secret, account, packed())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(octets)
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, in []byte) {
		if _, err := open(secret, account, id, 3, in); err == nil && !bytes.Equal(in, octets) {
			t.Error("foreign octets were opened")
		}
	})
}

func FuzzParseCode(f *testing.F) {
	f.Add(Code([]byte("sixteen octets !")))
	f.Fuzz(func(t *testing.T, in []byte) {
		secret, err := ParseCode(in)
		if err != nil {
			return
		}
		again, err := ParseCode(Code(secret))
		if err != nil || !bytes.Equal(again, secret) {
			t.Errorf("%q is %x and then %x (%v)", in, secret, again, err)
		}
	})
}

var noon = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

func TestThePlanIsWhatADraftNeeds(t *testing.T) {
	remote := func(version, ownerEpoch int64, owner string) *portalapi.DraftBackup {
		return &portalapi.DraftBackup{Id: id, Version: version, Rev: 5, OwnerEpoch: ownerEpoch, OwnerDevice: owner}
	}
	long := noon.Add(-time.Hour)
	known := Item{Draft: id, Open: true, Rev: 5, SavedAt: long, Version: 4, BackedRev: 5, BackedAt: long, Owner: here, OwnerEpoch: 1, Remote: remote(4, 1, here)}
	with := func(change func(i *Item)) Item {
		i := known
		change(&i)
		return i
	}
	for name, c := range map[string]struct {
		item Item
		want Act
		seen int64
	}{
		"in step":                            {known, Settle, 4},
		"never kept":                         {Item{Draft: id, Open: true, Rev: 1, SavedAt: long}, Store, 0},
		"written on":                         {with(func(i *Item) { i.Rev = 6 }), Store, 4},
		"written on, the record is late":     {with(func(i *Item) { i.Rev, i.Remote = 6, remote(3, 1, here) }), Store, 4},
		"another version of this computer's": {with(func(i *Item) { i.Remote = remote(5, 1, here) }), Match, 5},
		"known of no life yet":               {with(func(i *Item) { i.Version, i.BackedRev = 0, 0 }), Match, 4},
		"taken elsewhere":                    {with(func(i *Item) { i.Remote = remote(5, 2, there) }), Yield, 5},
		"taken elsewhere while written on":   {with(func(i *Item) { i.Rev, i.Remote = 6, remote(5, 2, there) }), Match, 5},
		"elsewhere, and written on there":    {with(func(i *Item) { i.Owner, i.OwnerEpoch, i.Remote = there, 2, remote(9, 2, there) }), Yield, 9},
		"elsewhere, written on at both":      {with(func(i *Item) { i.Rev, i.Owner, i.OwnerEpoch, i.Remote = 6, there, 2, remote(9, 2, there) }), Match, 9},
		"elsewhere, and kept as a fork": {with(func(i *Item) {
			i.Rev, i.Owner, i.OwnerEpoch, i.Forked, i.Remote = 6, there, 2, true, remote(9, 2, there)
		}), Yield, 9},
		"elsewhere, and taken by a third": {with(func(i *Item) {
			i.Rev, i.Owner, i.OwnerEpoch, i.Forked, i.Remote = 6, there, 2, true, remote(9, 3, account)
		}), Match, 9},
		"elsewhere, nothing new":              {with(func(i *Item) { i.Rev, i.Owner, i.OwnerEpoch, i.Remote = 6, there, 2, remote(4, 2, there) }), Settle, 4},
		"deleted here":                        {with(func(i *Item) { i.Open = false }), Remove, 4},
		"waits in the outbox":                 {with(func(i *Item) { i.Open, i.Waits = false, true }), Settle, 4},
		"filed":                               {with(func(i *Item) { i.Open, i.Filed = false, true }), Remove, 4},
		"filed from another computer":         {with(func(i *Item) { i.Filed, i.Owner, i.OwnerEpoch, i.Remote = true, there, 2, remote(4, 2, there) }), Settle, 4},
		"deleted here, another computer's":    {with(func(i *Item) { i.Open, i.Owner, i.Remote = false, there, remote(4, 2, there) }), Settle, 4},
		"deleted before it was kept":          {Item{Draft: id, Rev: 1, SavedAt: long}, Settle, 0},
		"filed and kept as an earlier record": {with(func(i *Item) { i.Filed, i.Remote = true, remote(6, 1, here) }), Remove, 6},
	} {
		t.Run(name, func(t *testing.T) {
			steps, wait := Next([]Item{c.item}, World{Now: noon, Device: here})
			if want := []Step{{id, c.want, c.seen}}; !slices.Equal(steps, want) || wait != 0 {
				t.Errorf("%+v after %s, want %+v", steps, wait, want)
			}
		})
	}
}

func TestADraftGoesWhenNobodyTypesOrAfterAMinute(t *testing.T) {
	due := func(saved, backed time.Duration) time.Duration {
		steps, wait := Next([]Item{{Draft: id, Open: true, Rev: 6, SavedAt: noon.Add(-saved), BackedRev: 5, BackedAt: noon.Add(-backed)}}, World{Now: noon, Device: here})
		if (wait == 0) != (len(steps) == 1) {
			t.Errorf("%+v after %s", steps, wait)
		}
		return wait
	}
	for name, c := range map[string]struct{ saved, backed, want time.Duration }{
		"quiet":                 {quiet, time.Second, 0},
		"just typed":            {time.Second, 2 * time.Second, 2 * time.Second},
		"typed on for a minute": {time.Second, often, 0},
	} {
		if got := due(c.saved, c.backed); got != c.want {
			t.Errorf("%s: waits %s, want %s", name, got, c.want)
		}
	}
}

func TestALaneThatRestsAsksNobodyAndNoClockStopsIt(t *testing.T) {
	one := Item{Draft: id, Open: true, Rev: 1, SavedAt: noon.Add(-time.Hour)}
	if steps, wait := Next([]Item{one}, World{Now: noon, Device: here, NotYet: noon.Add(time.Minute)}); len(steps) != 0 || wait != time.Minute {
		t.Errorf("%+v after %s", steps, wait)
	}
	one.NextTry = noon.Add(48 * time.Hour) // planned by a clock that ran ahead
	if steps, _ := Next([]Item{one}, World{Now: noon, Device: here}); len(steps) != 1 {
		t.Errorf("%+v", steps)
	}
	other := Item{Draft: there, Open: true, Rev: 1, SavedAt: noon.Add(-time.Hour)}
	one.NextTry = noon.Add(time.Minute)
	if steps, wait := Next([]Item{one, other}, World{Now: noon, Device: here}); len(steps) != 1 || steps[0].Draft != there || wait != time.Minute {
		t.Errorf("one draft holds up another: %+v after %s", steps, wait)
	}
}
