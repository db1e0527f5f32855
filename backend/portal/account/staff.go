package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"akno/backend/akno"
	"akno/backend/internal/dbx"
	"akno/backend/internal/ids"
	"akno/backend/portal/audit"
	"akno/backend/portal/session"
	"akno/backend/portalapi"
)

// Staff is a person who works at the portal: a clerk of an office or a reviewer
// of a body. Staff sign in by EDS only.
type Staff struct {
	Signer session.Signer // who, by his certificate, which was checked
	Roles  []session.Role
	Office string             // of a clerk
	Body   *portalapi.BodyRef // of an officer or a head
}

// AddStaff gives roles to a person and returns his account, which is made if he
// has none. It is done on the command line of the server and by nobody over the
// network, so that there is no first account with a known password.
func (s *Service) AddStaff(ctx context.Context, st Staff) (accountID string, err error) {
	const op = "account.AddStaff"
	words, err := st.words()
	if err != nil {
		return "", err
	}
	if st.Signer.Person.PersonalNumber == nil {
		return "", &akno.Error{Code: akno.CertUsage, Op: op, Err: errors.New("the certificate names no identification number")}
	}
	body := ""
	if st.Body != nil {
		if body, err = toJSON(st.Body); err != nil {
			return "", err
		}
	}
	now := s.Now()
	err = s.DB.Write(ctx, func(tx dbx.Tx) error {
		id, err := Owner(ctx, tx, KindIdentifier, s.Secret.Key(KindIdentifier, *st.Signer.Person.PersonalNumber))
		if err != nil {
			return err
		}
		exists := id != ""
		if !exists {
			id = ids.New(now)
		}
		if err := s.bindable(ctx, tx, op, id, st.Signer, exists); err != nil {
			return err
		}
		if !exists {
			if err := s.createByEDS(ctx, tx, id, "", string(akno.Russian), now); err != nil {
				return err
			}
		}
		if err := s.bind(ctx, tx, id, st.Signer, now); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE account SET roles = ?, office = ?, body = ? WHERE account_id = ?`, words, st.Office, body, id)
		if err != nil {
			return fmt.Errorf("account: roles: %w", err)
		}
		accountID = id
		return audit.Append(ctx, tx, id, now, audit.Record{Actor: audit.System, Action: "add_staff", Entity: "account:" + id, Ground: words})
	})
	if err != nil {
		return "", err
	}
	return accountID, nil
}

// words returns the roles as the account keeps them.
func (st Staff) words() (string, error) {
	bad := func(why string) error {
		return &akno.Error{Code: akno.Invalid, Op: "account.AddStaff", Err: errors.New(why)}
	}
	words := []string{string(session.Citizen)}
	for _, r := range st.Roles {
		switch r {
		case session.Clerk:
			if st.Office == "" {
				return "", bad("a clerk has an office")
			}
		case session.Officer, session.Head:
			if st.Body == nil {
				return "", bad("an officer and a head have a body")
			}
		default:
			return "", bad("no such role: " + string(r))
		}
		words = append(words, string(r))
	}
	if len(words) == 1 {
		return "", bad("no role")
	}
	if slices.Contains(st.Roles, session.Officer) && slices.Contains(st.Roles, session.Head) {
		return "", bad("who proposes a decision does not sign it")
	}
	return strings.Join(words, " "), nil
}
