package httpapi

import (
	"testing"

	"akno/backend/akno"
	"akno/backend/internal/testkit/testcontract"
)

func TestEveryOperationOfTheContractHasARight(t *testing.T) {
	seen := map[string]bool{}
	for _, op := range testcontract.Operations(t) {
		seen[op.Route] = true
		r, ok := rights[op.Route]
		if !ok {
			t.Errorf("%s is in no table", op.Route)
			continue
		}
		if r.open != op.Open || r.provider != op.Provider {
			t.Errorf("%s: open %v, provider %v; the contract says %v, %v", op.Route, r.open, r.provider, op.Open, op.Provider)
		}
		if !r.open && !r.provider && (r.level < akno.Email || len(r.roles) == 0) {
			t.Errorf("%s lets in a session without level or role", op.Route)
		}
	}
	for route := range rights {
		if !seen[route] {
			t.Errorf("%s is no operation", route)
		}
	}
}

func TestEveryCodeHasAStatus(t *testing.T) {
	for _, code := range akno.Codes() {
		if s := statusOf[code]; s < 400 || s > 599 {
			t.Errorf("%s has status %d", code, s)
		}
	}
	if len(statusOf) != len(akno.Codes()) {
		t.Errorf("%d statuses for %d codes", len(statusOf), len(akno.Codes()))
	}
}
