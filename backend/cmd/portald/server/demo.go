package server

import (
	"context"
	"fmt"

	"akno/backend/internal/clock"
	"akno/backend/portal/demo"
)

// A Demo says how a demonstration stands beside its portal.
type Demo struct {
	Pages       string // address of the pages, on this computer; empty takes the one of the last run
	AutoApprove bool   // the registration authority approves by itself
}

// AsDemo sets what a demonstration is allowed to and a portal that faces the
// world is not: one computer plays all the people.
func (c *Config) AsDemo() {
	c.Demo, c.Name = true, "Демонстрационный портал «Акно»"
	c.Registrations, c.Rate = 1000, 200
	c.Operator, c.OperatorAddress = "Демонстрационный оператор (вымышлен)", "адрес вымышлен"
	c.OperatorEmail = "dpo@akno.invalid"
}

// Extend returns the demonstration around a portal of config c, for a Main.
func (d Demo) Extend(c Config, now clock.Clock) func(context.Context) (Extension, error) {
	return func(context.Context) (Extension, error) {
		open, err := demo.Open(demo.Config{Data: c.Data, Clock: now, Addr: d.Pages, AutoApprove: d.AutoApprove})
		if err != nil {
			return Extension{}, err
		}
		key, err := open.Key(demo.ProviderKey)
		if err != nil {
			return Extension{Close: open.Close}, err
		}
		services := open.Services()
		return Extension{
			Anchors: open.Anchors(), PublisherDir: open.TrustDir(), Feed: open.Feed, Services: &services, ProviderKey: key, Ready: open.WriteReady, Close: open.Close,
			Seed: func(ctx context.Context, p *Portal) error {
				return open.Seed(ctx, demo.Portal{DB: p.DB, Catalogue: p.Catalogue, Accounts: p.Accounts, Consent: p.Accounts.Consents[0]})
			},
			Serve: func(ctx context.Context, p *Portal, portal string) error {
				if err := open.Serve(ctx, demo.Links{Portal: portal, Claims: p.Payments, Catalogue: p.Catalogue}); err != nil {
					return fmt.Errorf("demonstration: %w", err)
				}
				return nil
			},
		}, nil
	}
}
