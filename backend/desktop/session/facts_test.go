package session

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"akno/backend/akno"
	"akno/backend/portalapi"
)

// settings are a Memory.
type settings map[string][]byte

func (s settings) Setting(_ context.Context, name string, v any) error {
	if raw, ok := s[name]; ok {
		return json.Unmarshal(raw, v)
	}
	return nil
}

func (s settings) SetSetting(_ context.Context, name string, v any) (err error) {
	s[name], err = json.Marshal(v)
	return err
}

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
	facts := NewFacts(portal, settings{})
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
