package vault

import (
	"bytes"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"akno/backend/akno"
	"akno/backend/internal/clock"
	"akno/backend/stb/bign"
	"akno/backend/stb/container"
)

var now = clock.Fixed(time.Date(2026, 11, 29, 9, 0, 0, 0, time.UTC))

func openVault(t *testing.T, dir string) *Vault {
	t.Helper()
	v, err := Open(dir, now)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func folder(t *testing.T) string { return filepath.Join(t.TempDir(), "profile") }

func TestANewProfileHasAKeyThatLiesOutsideItsFolder(t *testing.T) {
	dir := folder(t)
	v := openVault(t, dir)
	key, err := v.OpenKey()
	if err != nil || v.Protected() {
		t.Fatal(err)
	}
	again, err := openVault(t, dir).OpenKey()
	if err != nil || !bytes.Equal(again.Octets(), key.Octets()) || bytes.Equal(key.Octets(), make([]byte, KeySize)) {
		t.Errorf("another key: %v", err)
	}
	inside(t, dir, key.Octets(), false)
	st, err := os.Stat(v.openPath())
	if err != nil || st.Mode().Perm() != 0o600 || strings.HasPrefix(v.openPath(), dir+string(filepath.Separator)) {
		t.Errorf("%s %v %v", v.openPath(), st, err)
	}
}

// inside looks for the key in the files of dir.
func inside(t *testing.T, dir string, key []byte, want bool) {
	t.Helper()
	found := false
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		found = found || bytes.Contains(data, key) || strings.Contains(strings.ToLower(string(data)), hex.EncodeToString(key))
		return err
	})
	if err != nil || found != want {
		t.Errorf("the key in %s: %v, %v", dir, found, err)
	}
}

func TestAPasswordOpensTheSameKeyAndNothingElseDoes(t *testing.T) {
	dir := folder(t)
	v := openVault(t, dir)
	key, err := v.OpenKey()
	if err != nil {
		t.Fatal(err)
	}
	if err := v.SetPassword(t.Context(), key, []byte("одиннадцать")); akno.CodeOf(err) != akno.Invalid {
		t.Errorf("a short password: %v", err)
	}
	if err := v.SetPassword(t.Context(), key, []byte("первый пароль")); err != nil {
		t.Fatal(err)
	}
	v = openVault(t, dir)
	if _, err := v.OpenKey(); akno.CodeOf(err) != akno.Locked {
		t.Errorf("without a password: %v", err)
	}
	inside(t, filepath.Dir(dir), key.Octets(), false)
	got, err := v.Unlock(t.Context(), []byte("первый пароль"))
	if err != nil || !bytes.Equal(got.Octets(), key.Octets()) {
		t.Fatal(err)
	}
	before := v.find(byPassword).Salt
	if err := v.SetPassword(t.Context(), got, []byte("второй пароль")); err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(before, v.find(byPassword).Salt) {
		t.Error("the salt serves twice")
	}
	v = openVault(t, dir)
	for _, wrong := range []string{"первый пароль", "", "Второй пароль"} {
		if _, err := v.Unlock(t.Context(), []byte(wrong)); akno.CodeOf(err) != akno.BadPassword {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	if got, err = v.Unlock(t.Context(), []byte("второй пароль")); err != nil || !bytes.Equal(got.Octets(), key.Octets()) {
		t.Error(err)
	}
	if err := v.LeaveOpen(got); err != nil {
		t.Fatal(err)
	}
	if got, err = openVault(t, dir).OpenKey(); err != nil || !bytes.Equal(got.Octets(), key.Octets()) {
		t.Error(err)
	}
}

func TestAWrapOfAnotherProfileDoesNotOpen(t *testing.T) {
	a, b := openVault(t, folder(t)), openVault(t, folder(t))
	key, _ := a.OpenKey()
	if err := a.SetPassword(t.Context(), key, []byte("одинаковый пароль")); err != nil {
		t.Fatal(err)
	}
	b.head.Wraps = a.head.Wraps
	if _, err := b.Unlock(t.Context(), []byte("одинаковый пароль")); akno.CodeOf(err) != akno.BadPassword {
		t.Errorf("got %v", err)
	}
}

func TestADamagedKeyFileIsMendedFromItsCopyAndALostOneIsNotReplaced(t *testing.T) {
	dir := folder(t)
	v := openVault(t, dir)
	key, err := v.OpenKey()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, fileName)
	for _, bad := range []string{"", "{", `{"format":"akno profile key","version":1,"profile":"x","wraps":[]}`} {
		if err := os.WriteFile(path, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := openVault(t, dir).OpenKey()
		if err != nil || !bytes.Equal(got.Octets(), key.Octets()) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "profile.db"), []byte("sealed octets"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{fileName, copyName} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Open(dir, now); akno.CodeOf(err) != akno.BadFile {
		t.Errorf("a new key for a sealed profile: %v", err)
	}
}

func TestAKeyFileOfANewerProgramIsRefused(t *testing.T) {
	dir := folder(t)
	openVault(t, dir)
	for _, name := range []string{fileName, copyName} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		data = bytes.Replace(data, []byte(`"version": 1`), []byte(`"version": 2`), 1)
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Open(dir, now); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("got %v", err)
	}
}

func TestAnyTwoOfThreeSharesOpenTheProfile(t *testing.T) {
	v := openVault(t, folder(t))
	key, err := v.OpenKey()
	if err != nil {
		t.Fatal(err)
	}
	old, err := v.MakeShares(key, DefaultShares, DefaultThreshold)
	if err != nil {
		t.Fatal(err)
	}
	shares, err := v.MakeShares(key, DefaultShares, DefaultThreshold)
	if err != nil {
		t.Fatal(err)
	}
	for _, pair := range [][2]int{{0, 1}, {2, 0}, {1, 2}} {
		got, err := v.Recover(shares[pair[0]], shares[pair[1]])
		if err != nil || !bytes.Equal(got.Octets(), key.Octets()) {
			t.Errorf("%v: %v", pair, err)
		}
	}
	hand := strings.ToLower(strings.ReplaceAll(string(shares[0]), "-", " "))
	hand = strings.NewReplacer("a", "а", "c", "с", "e", "е").Replace(hand) // typed with the Russian layout
	if _, err := v.Recover([]byte(hand), shares[1]); err != nil {
		t.Errorf("%s: %v", hand, err)
	}
	slip := bytes.Clone(shares[0])
	slip[20] ^= 1
	for name, c := range map[string]struct {
		shares [][]byte
		field  string
		why    string
	}{
		"one alone":         {shares[:1], "", ""},
		"a slip of the pen": {[][]byte{shares[1], slip}, "share2", "pattern"},
		"one twice":         {[][]byte{shares[1], shares[1]}, "share2", "repeats"},
		"an older set":      {[][]byte{shares[0], old[1]}, "share2", "another"},
		"no share":          {[][]byte{shares[0], []byte("пароль")}, "share2", "pattern"},
	} {
		_, err := v.Recover(c.shares...)
		if akno.CodeOf(err) != akno.Invalid || akno.FieldsOf(err)[c.field] != c.why {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := v.Shares(); got != (ShareSet{3, 2}) {
		t.Errorf("%+v", got)
	}
	if err := v.DropShares(); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Recover(shares[0], shares[1]); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("dropped shares: %v", err)
	}
}

func TestTheOwnerOfAKeyGetsInAndNobodyElse(t *testing.T) {
	v := openVault(t, folder(t))
	key, err := v.OpenKey()
	if err != nil {
		t.Fatal(err)
	}
	mine, err := bign.GenerateKey(bign.Curve256v1())
	if err != nil {
		t.Fatal(err)
	}
	other, err := bign.GenerateKey(bign.Curve256v1())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.UnlockByKey(mine); akno.CodeOf(err) != akno.WrongState {
		t.Errorf("before: %v", err)
	}
	if err := v.letIn(key, "aa", mine.PublicKey()); err != nil {
		t.Fatal(err)
	}
	got, err := v.UnlockByKey(mine)
	if err != nil || !bytes.Equal(got.Octets(), key.Octets()) || v.KeyCertificate() != "aa" {
		t.Error(err)
	}
	if _, err := v.UnlockByKey(other); akno.CodeOf(err) != akno.KeyMismatch {
		t.Errorf("another key: %v", err)
	}
	path := filepath.Join(t.TempDir(), "anna.key")
	sealed, err := container.Seal(mine, []byte("пароль ключа"), container.MinIterations)
	if err == nil {
		err = os.WriteFile(path, sealed, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if got, err := v.UnlockByKeyFile(t.Context(), path, []byte("пароль ключа")); err != nil || !bytes.Equal(got.Octets(), key.Octets()) {
		t.Errorf("by the file: %v", err)
	}
	for name, want := range map[string]akno.Code{path: akno.BadPassword, path + "x": akno.NotFound} {
		if _, err := v.UnlockByKeyFile(t.Context(), name, []byte("иной пароль")); akno.CodeOf(err) != want {
			t.Errorf("%s: %v, want %s", filepath.Base(name), err, want)
		}
	}
	if err := v.DropKey(); err != nil || v.KeyCertificate() != "" {
		t.Error(err)
	}
}

func TestTheListHoldsNamesOnlyAndOutlivesItsLoss(t *testing.T) {
	base := folder(t)
	openVault(t, base)
	x := ReadIndex(base)
	e, err := x.Add("  Анна   Иванова ", now)
	if err != nil || e.Name != "Анна Иванова" {
		t.Fatalf("%+v %v", e, err)
	}
	openVault(t, x.Dir(e.ID))
	for name, why := range map[string]string{"": "required", "анна иванова": "exists", strings.Repeat("я", 61): "max_len"} {
		if _, err := x.Add(name, now); akno.FieldsOf(err)["name"] != why {
			t.Errorf("%q: %v", name, err)
		}
	}
	if err := x.Use(e.ID); err != nil {
		t.Fatal(err)
	}
	if err := x.Rename("", "Дом"); err != nil {
		t.Fatal(err)
	}
	y := ReadIndex(base)
	if y.Current != e.ID || len(y.Profiles) != 2 || y.Profiles[0] != (Entry{"", "Дом"}) {
		t.Errorf("%+v", y)
	}
	if err := os.WriteFile(filepath.Join(base, indexName), []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if z := ReadIndex(base); len(z.Profiles) != 2 || z.Current != "" || z.Profiles[1].ID != e.ID {
		t.Errorf("%+v", z)
	}
	if got := OpenFolder(x.Dir(e.ID)); got != base+".open" {
		t.Error(got)
	}
}
