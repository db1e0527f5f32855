package backup

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"akno/backend/akno"
	"akno/backend/desktop/draft"
	"akno/backend/desktop/store"
	"akno/backend/desktop/syncer"
	"akno/backend/internal/dbx"
	"akno/backend/portalapi"
)

// Status is how backups stand for whose records are shown.
type Status struct {
	SignedIn bool
	On       bool
	Since    time.Time
	Kept     int // backups that the portal has told of
	Waiting  int // drafts whose present revision it does not keep
	Failure  akno.Code
}

// Status returns how backups stand.
func (s *Service) Status(ctx context.Context) (Status, error) { return s.status(ctx, s.o.Shown()) }

func (s *Service) status(ctx context.Context, account string) (Status, error) {
	out := Status{SignedIn: s.o.Account() != ""}
	if account == "" {
		return out, nil
	}
	err := s.o.DB.Read(ctx, func(tx dbx.Tx) error {
		var since int64
		var life string
		found, err := dbx.Found(ctx, tx, `SELECT since, life FROM backup_key WHERE account=?`, []any{account}, &since, &life)
		if err != nil {
			return err
		}
		out.On, out.Since = found, at(since)
		err = tx.QueryRow(ctx, `SELECT count(*) FROM inbox WHERE account=? AND kind=?`, account, KindBackup).Scan(&out.Kept)
		if err != nil || !found {
			return err
		}
		stream, err := syncer.StreamOf(ctx, tx, account)
		if err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT count(*) FROM backup b JOIN draft d ON d.id=b.draft
			WHERE b.account=? AND (b.stale=1 AND d.rev>b.backed_rev OR ?) AND d.box IN ('drafts', 'ready') AND d.elsewhere=0`,
			account, stream.Epoch != life).Scan(&out.Waiting)
	})
	s.stateMu.Lock()
	defer s.stateMu.Unlock()
	out.Failure = s.failure
	return out, err
}

// The states of a draft's backup.
const (
	Off       = ""          // not asked for
	Backed    = "backed"    // the portal keeps what is here
	Waiting   = "waiting"   // it does not yet
	Refused   = "refused"   // it did not take it; Failure says why
	Elsewhere = "elsewhere" // another computer owns the draft
)

// A Fact is how the backup of one draft stands.
type Fact struct {
	State   string
	At      time.Time // of the last revision that the portal keeps, zero for none
	Failure akno.Code
	Fork    string // what the other computer wrote otherwise, as a draft of its own
}

// Facts returns how the backups of drafts stand, by the draft. One that the lane
// knows nothing of is not among them.
func (s *Service) Facts(ctx context.Context, ids ...string) (map[string]Fact, error) {
	out := map[string]Fact{}
	err := s.o.DB.Read(ctx, func(tx dbx.Tx) error {
		clear(out)
		for _, id := range ids {
			f, found, err := factOf(ctx, tx, id)
			if err != nil {
				return err
			}
			if found {
				out[id] = f
			}
		}
		return nil
	})
	return out, err
}

func factOf(ctx context.Context, tx dbx.Tx, id string) (Fact, bool, error) {
	var f Fact
	var failure, account, known string
	var rev, backed, when int64
	var elsewhere bool
	found, err := dbx.Found(ctx, tx, `SELECT d.rev, d.elsewhere, b.backed_rev, b.backed_at, b.failure, b.account, coalesce(k.life, ''),
			coalesce((SELECT x.id FROM draft x WHERE x.id=b.fork AND x.deleted_at=0), '')
		FROM backup b JOIN draft d ON d.id=b.draft LEFT JOIN backup_key k ON k.account=b.account WHERE b.draft=?`, []any{id},
		&rev, &elsewhere, &backed, &when, &failure, &account, &known, &f.Fork)
	if err != nil || !found {
		return f, false, err
	}
	stream, err := syncer.StreamOf(ctx, tx, account)
	if err != nil {
		return f, false, err
	}
	if stream.Epoch != known { // the rows are of another life of the portal's database
		backed, when = 0, 0
	}
	f.At, f.Failure = at(when), akno.Code(failure)
	switch {
	case elsewhere:
		f.State = Elsewhere
	case backed >= rev:
		f.State = Backed
	case failure != "":
		f.State = Refused
	default:
		f.State = Waiting
	}
	return f, true, nil
}

// An Away draft is on the portal and not at this computer, or was removed here.
type Away struct {
	ID        string
	Procedure string
	Subject   string
	SavedAt   time.Time
	StoredAt  time.Time
	Own       bool // this computer owns it already: taking it was begun, or the profile was restored
	// Failure says why it cannot be read: bad_file for one that this code does not
	// open, unavailable for one that was not reached. The texts are empty then.
	Failure akno.Code
}

// away is what was read of a backup.
type away struct {
	version int64
	line    Away
}

// mostAway bounds how many backups are read for one list.
const mostAway = 100

// Away lists the drafts on the portal that are not at this computer, the last
// stored first.
func (s *Service) Away(ctx context.Context) ([]Away, error) {
	out := []Away{}
	account := s.o.Account()
	if account == "" {
		return out, nil
	}
	var secret []byte
	var list []portalapi.DraftBackup
	own := ""
	err := s.o.DB.Read(ctx, func(tx dbx.Tx) (err error) {
		if secret, _, err = secretOf(ctx, tx, account); err != nil || secret == nil {
			return err
		}
		if err := store.Setting(ctx, tx, deviceSetting, &own); err != nil {
			return err
		}
		list, err = notHere(ctx, tx, account, own)
		return err
	})
	if err != nil || secret == nil {
		return out, err
	}
	defer clear(secret)
	ctx = s.o.Portal.Pin(ctx)
	for _, b := range list[:min(len(list), mostAway)] {
		line := s.line(ctx, account, secret, b)
		line.Own = b.OwnerDevice == own
		out = append(out, line)
		if err := ctx.Err(); err != nil {
			return out, err
		}
	}
	return out, nil
}

// notHere are the backups that no draft of this computer stands for. One of its own
// that was deleted here is only waiting to be removed there.
func notHere(ctx context.Context, tx dbx.Tx, account, own string) ([]portalapi.DraftBackup, error) {
	var out []portalapi.DraftBackup
	err := dbx.Each(ctx, tx, func(scan func(...any) error) error {
		var body string
		var was bool
		if err := scan(&body, &was); err != nil {
			return err
		}
		var b portalapi.DraftBackup
		if json.Unmarshal([]byte(body), &b) == nil && b.Version > 0 && !(was && b.OwnerDevice == own) {
			out = append(out, b)
		}
		return nil
	}, `SELECT i.body, EXISTS(SELECT 1 FROM draft d WHERE d.id=i.id) FROM inbox i WHERE i.account=? AND i.kind=?
		AND NOT EXISTS(SELECT 1 FROM draft d WHERE d.id=i.id AND d.deleted_at=0)
		AND NOT EXISTS(SELECT 1 FROM inbox a WHERE a.account=i.account AND a.kind='application' AND a.id=i.id)`, account, KindBackup)
	slices.SortFunc(out, func(a, b portalapi.DraftBackup) int { return int(min(max(b.StoredAt-a.StoredAt, -1), 1)) })
	return out, err
}

// line reads one backup, once for each of its versions.
func (s *Service) line(ctx context.Context, account string, secret []byte, b portalapi.DraftBackup) Away {
	s.stateMu.Lock()
	had, known := s.read[b.Id]
	s.stateMu.Unlock()
	if known && had.version >= b.Version {
		return had.line
	}
	line := Away{ID: b.Id, StoredAt: at(b.StoredAt)}
	there, octets, err := s.o.Portal.ReadDraft(ctx, b.Id)
	var p draft.Packed
	if err == nil {
		p, err = open(secret, account, b.Id, there.Rev, octets)
	}
	if err != nil {
		line.Failure = akno.CodeOf(err)
		return line
	}
	line.Procedure, line.Subject, line.SavedAt = p.Procedure, p.Subject, at(p.SavedAt)
	s.stateMu.Lock()
	defer s.stateMu.Unlock()
	s.read[b.Id] = away{there.Version, line}
	return line
}

// forget forgets what was read under another code.
func (s *Service) forget() {
	s.stateMu.Lock()
	defer s.stateMu.Unlock()
	clear(s.read)
}
