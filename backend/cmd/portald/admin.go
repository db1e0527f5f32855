package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"akno/backend/akno"
	"akno/backend/cmd/portald/server"
	"akno/backend/internal/clock"
	"akno/backend/portal/account"
	"akno/backend/portal/application"
	"akno/backend/portal/session"
)

// admin does what only somebody at the server itself may do. The portal has no
// first account with a known password and no way to make staff over the network.
func admin(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		return fmt.Errorf("%w: admin add-body or admin add-staff", errUsage)
	}
	switch name, rest := args[0], args[1:]; name {
	case "add-body":
		return addBody(ctx, rest, stdout, stderr)
	case "add-staff":
		return addStaff(ctx, rest, stdout, stderr)
	default:
		return fmt.Errorf("%w: unknown command %q", errUsage, name)
	}
}

func addBody(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	c := server.Defaults("")
	var b application.Body
	var be, unp, address string
	err := settings("admin add-body", args, &c, stderr, func(f *flag.FlagSet) {
		f.StringVar(&b.Ref.Id, "id", "", "`id` of the body")
		f.StringVar(&b.Ref.Kind, "kind", "", "`key` of the catalogue's bodies that it is one of")
		f.StringVar(&b.Ref.Name.Ru, "title", "", "`name` in Russian")
		f.StringVar(&be, "title-be", "", "`name` in Belarusian")
		f.StringVar(&unp, "unp", "", "taxpayer's `number`")
		f.StringVar(&address, "address", "", "postal `address`")
		f.StringVar(&b.Superior, "superior", "", "`name` of the body to appeal to")
		f.StringVar(&b.Post, "post", "", "`post` of who signs decisions")
		f.StringVar(&b.Official, "official", "", "full `name` of who signs decisions")
	})
	if err != nil {
		return err
	}
	if b.Ref.Id == "" || b.Ref.Kind == "" || b.Ref.Name.Ru == "" {
		return fmt.Errorf("%w: -id, -kind and -title are needed", errUsage)
	}
	for text, to := range map[*string]**string{&be: &b.Ref.Name.Be, &unp: &b.Ref.Unp, &address: &b.Ref.Address} {
		if *text != "" {
			*to = text
		}
	}
	p, err := server.Open(ctx, c, clock.System)
	if err != nil {
		return err
	}
	if err := errors.Join(p.PutBody(ctx, b), p.DB.Close()); err != nil {
		return err
	}
	fmt.Fprintln(stdout, b.Ref.Id)
	return nil
}

func addStaff(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	c := server.Defaults("")
	var file, roles, office, body string
	err := settings("admin add-staff", args, &c, stderr, func(f *flag.FlagSet) {
		f.StringVar(&file, "certificate", "", "`file` of the person's certificate in DER")
		f.StringVar(&roles, "roles", "", "`words` with commas between: clerk, officer, head")
		f.StringVar(&office, "office", "", "`name` of a clerk's office")
		f.StringVar(&body, "body", "", "`id` of an officer's or a head's body")
	})
	if err != nil {
		return err
	}
	if file == "" || roles == "" {
		return fmt.Errorf("%w: -certificate and -roles are needed", errUsage)
	}
	der, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	p, err := server.Open(ctx, c, clock.System)
	if err != nil {
		return err
	}
	id, err := enroll(ctx, p, der, strings.Split(roles, ","), office, body)
	if err = errors.Join(err, p.DB.Close()); err != nil {
		return err
	}
	fmt.Fprintln(stdout, id)
	return nil
}

func enroll(ctx context.Context, p *server.Portal, der []byte, roles []string, office, body string) (string, error) {
	by, err := p.Trust.Check(der, clock.System())
	// A list may be missing at the server itself; what matters is the path.
	if err != nil && akno.CodeOf(err) != akno.NoRevocation {
		return "", err
	}
	st := account.Staff{Signer: by, Office: office}
	for _, r := range roles {
		st.Roles = append(st.Roles, session.Role(strings.TrimSpace(r)))
	}
	if body != "" {
		ref, err := p.Body(ctx, body)
		if err != nil {
			return "", err
		}
		st.Body = &ref
	}
	return p.Accounts.AddStaff(ctx, st)
}
