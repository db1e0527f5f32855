package session

import (
	"context"
	"errors"
	"testing"

	"akno/backend/akno"
	"akno/backend/internal/testkit/testsettings"
	"akno/backend/portalapi"
)

// teller tells about itself, or fails.
type teller struct {
	info portalapi.PortalInfo
	err  error
	n    int
}

func (t *teller) GetInfo(context.Context) (*portalapi.PortalInfo, error) {
	t.n++
	return &t.info, t.err
}

func TestWhoProcessesDataIsAskedOfAPortalThatHadNotSaidIt(t *testing.T) {
	portal := &teller{info: portalapi.PortalInfo{Name: portalapi.Text{Ru: "Портал"}}}
	facts := NewFacts(portal, testsettings.Memory{})
	if got, err := facts.Agreement(t.Context()); err != nil || got.Operator != (Operator{}) {
		t.Fatalf("%+v %v", got, err)
	}
	portal.err = errors.New("no network")
	if got, err := facts.Agreement(t.Context()); err != nil || got.Name != (akno.Text{RU: "Портал"}) {
		t.Fatalf("without a network: %+v %v", got, err)
	}
	portal.err, portal.info.Operator = nil, &portalapi.Operator{Name: "Оператор", Address: "Минск", Email: "dpo@example.by", RetentionMonths: 12}
	if got, err := facts.Agreement(t.Context()); err != nil || got.Operator.Address != "Минск" || got.Operator.RetentionMonths != 12 {
		t.Fatalf("after it was named: %+v %v", got, err)
	}
	asked := portal.n
	if _, err := facts.Agreement(t.Context()); err != nil || portal.n != asked {
		t.Errorf("asked %d times more, %v", portal.n-asked, err)
	}
}
