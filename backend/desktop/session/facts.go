package session

import (
	"context"

	"akno/backend/akno"
	"akno/backend/portalapi"
)

// Facts keeps what the portal says about itself, so that it is known without a
// network too.
type Facts struct {
	portal Teller
	memory Memory
}

// Teller is a portal that tells about itself.
type Teller interface {
	GetInfo(context.Context) (*portalapi.PortalInfo, error)
}

// Memory keeps settings; what was set is on disk when SetSetting returns.
type Memory interface {
	Setting(ctx context.Context, name string, v any) error
	SetSetting(ctx context.Context, name string, v any) error
}

// PortalFacts is what a portal said about itself last. The zero value is a portal
// that was never heard of.
type PortalFacts struct {
	Name     akno.Text
	Demo     bool
	RA       string // addresses of services; empty when there is none
	OCSP     string
	TSA      string
	Operator Operator
	Limits   Limits
}

// Limits are what the portal takes of one application; zero where it was never
// heard.
type Limits struct {
	Files int
	Bytes int64 // of all files together
}

// Operator is who processes personal data.
type Operator struct {
	Name, Address, Email string
	Processors           string
	RetentionMonths      int
	AuditRetention       string
}

// NewFacts returns the facts of portal, kept in memory between runs.
func NewFacts(portal Teller, memory Memory) *Facts { return &Facts{portal: portal, memory: memory} }

const factsSetting = "portal.facts"

// Refresh asks the portal and keeps the answer.
func (f *Facts) Refresh(ctx context.Context) error {
	info, err := f.portal.GetInfo(ctx)
	if err != nil {
		return err
	}
	out := PortalFacts{
		Name: akno.Text{RU: info.Name.Ru, BE: text(info.Name.Be), EN: text(info.Name.En)},
		Demo: info.Demo, RA: info.Services.Ra, OCSP: info.Services.Ocsp, TSA: info.Services.Tsa,
		Limits: Limits{Files: info.Limits.Files, Bytes: info.Limits.ApplicationBytes},
	}
	if o := info.Operator; o != nil {
		out.Operator = Operator{
			Name: o.Name, Address: o.Address, Email: o.Email, Processors: text(o.Processors),
			RetentionMonths: o.RetentionMonths, AuditRetention: o.AuditRetention,
		}
	}
	return f.memory.SetSetting(ctx, factsSetting, out)
}

// Known returns what is known without asking.
func (f *Facts) Known(ctx context.Context) PortalFacts {
	var out PortalFacts
	_ = f.memory.Setting(ctx, factsSetting, &out) // none is as good as one that cannot be read
	return out
}

// Agreement returns what is known with who processes personal data. Where that was
// never heard the portal is asked again; it may not answer, and may name nobody.
func (f *Facts) Agreement(ctx context.Context) (PortalFacts, error) {
	out, err := f.Get(ctx)
	if err != nil || out.Operator.Name != "" || f.Refresh(ctx) != nil {
		return out, err
	}
	return f.Known(ctx), nil
}

// Get returns what is known. A portal that was never heard of is asked first.
func (f *Facts) Get(ctx context.Context) (PortalFacts, error) {
	var out PortalFacts
	if err := f.memory.Setting(ctx, factsSetting, &out); err != nil || out.Name.RU != "" {
		return out, err
	}
	if err := f.Refresh(ctx); err != nil {
		return out, err
	}
	err := f.memory.Setting(ctx, factsSetting, &out)
	return out, err
}
