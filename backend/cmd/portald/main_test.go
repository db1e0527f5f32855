package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"akno/backend/gossuok"
	"akno/backend/internal/clock"
	"akno/backend/internal/testkit/testdb"
	"akno/backend/stb/bign"
	"akno/backend/stb/pki"
)

func portald(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, &out, &errs)
	return code, out.String(), errs.String()
}

func TestCommandsThatAreNotUnderstoodEndWithTwo(t *testing.T) {
	for _, args := range [][]string{
		{},
		{"fly"},
		{"serve"},
		{"serve", "-data"},
		{"serve", "-data", "x", "more"},
		{"admin"},
		{"admin", "fly"},
		{"serve", "-data", "x", "-tls-cert", "only"},
		{"serve", "-data", "x", "-db", "portal.db"},
		{"serve", "-data", "x", "-operator", "Оператор", "-operator-email", "dpo@example.by"},
		{"admin", "add-staff", "-data", "x"},
		{"admin", "add-body", "-data", "x"},
		{"migrate", "-nothing"},
	} {
		code, stdout, stderr := portald(t, args...)
		if code != 2 || stdout != "" || stderr == "" {
			t.Errorf("%v: code %d, %q, %q", args, code, stdout, stderr)
		}
	}
	if code, stdout, _ := portald(t, "help"); code != 0 || !strings.Contains(stdout, "admin add-staff") {
		t.Errorf("help: %d %q", code, stdout)
	}
	if code, stdout, _ := portald(t, "version"); code != 0 || stdout == "" {
		t.Errorf("version: %d %q", code, stdout)
	}
}

func TestMigrateTellsTheSchema(t *testing.T) {
	data := t.TempDir()
	t.Setenv("PORTALD_DB", testdb.Beside(t, data))
	code, stdout, stderr := portald(t, "migrate", "-data", data)
	if code != 0 || !strings.HasPrefix(stdout, "schema ") {
		t.Errorf("%d %q %q", code, stdout, stderr)
	}
}

func TestServeEndsWhenItIsTold(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	args := []string{"serve", "-data", t.TempDir(), "-addr", "127.0.0.1:0", "-operator", "Оператор", "-operator-address", "Минск", "-operator-email", "dpo@example.by"}
	if code := run(ctx, args, &out, &errs); code > 1 {
		t.Errorf("%d %s", code, errs.String())
	}
}

func TestTheFirstClerkIsMadeAtTheServer(t *testing.T) {
	data := t.TempDir()
	t.Setenv("PORTALD_DB", testdb.Beside(t, data))
	ca, err := gossuok.Open(gossuok.Config{Dir: t.TempDir(), Clock: clock.System, BaseURL: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	defer ca.Close()
	put := func(folder, name string, der []byte) string {
		t.Helper()
		dir := filepath.Join(data, "trust", folder)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, der, 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	put("anchors", "root.cer", ca.Anchor().Raw)
	key, err := bign.GenerateKey(bign.Curve256v1())
	if err != nil {
		t.Fatal(err)
	}
	order, err := gossuok.PersonOrder(gossuok.Person{
		PersonName: pki.PersonName{Surname: "Жук", GivenName: "Янка", Patronymic: "Иванович"}, Number: "3120485A001PB6",
	})
	if err != nil {
		t.Fatal(err)
	}
	cert, err := ca.Issue(order, key.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	file := put("people", "clerk.cer", cert.Raw)
	code, _, stderr := portald(t, "admin", "add-staff", "-data", data, "-certificate", file, "-roles", "clerk", "-office", "Минск-1")
	if code != 1 || !strings.Contains(stderr, "cert_untrusted") {
		t.Errorf("without the issuer: %d %q", code, stderr)
	}
	put("authorities", "ruc.cer", ca.Issuer().Raw)
	code, id, stderr := portald(t, "admin", "add-staff", "-data", data, "-certificate", file, "-roles", "clerk", "-office", "Минск-1")
	if code != 0 || len(strings.TrimSpace(id)) != 36 {
		t.Fatalf("%d %q %q", code, id, stderr)
	}
	if code, _, stderr := portald(t, "admin", "add-staff", "-data", data, "-certificate", file, "-roles", "head", "-body", "none"); code != 1 || !strings.Contains(stderr, "not_found") {
		t.Errorf("a body that is not there: %d %q", code, stderr)
	}
	if code, _, stderr := portald(t, "admin", "add-body", "-data", data, "-id", "b1", "-kind", "labour", "-title", "Комитет", "-unp", "199000013"); code != 0 {
		t.Errorf("%d %q", code, stderr)
	}
	code, again, stderr := portald(t, "admin", "add-staff", "-data", data, "-certificate", file, "-roles", "head", "-body", "b1")
	if code != 0 || again != id {
		t.Errorf("%d %q %q", code, again, stderr)
	}
}
