package draft

import (
	"context"
	"strconv"
	"strings"
	"time"

	"akno/backend/akno"
	"akno/backend/desktop/words"
	"akno/backend/internal/dbx"
)

// The boxes that drafts lie in.
const (
	BoxDrafts = "drafts" // something is missing or wrong
	BoxReady  = "ready"  // may be signed and sent, as far as the form goes
	BoxSent   = "sent"   // handed over from this computer
)

// pageSize is how many drafts a page has.
const pageSize = 50

// A Summary is a line of the list of drafts.
type Summary struct {
	ID        string
	Procedure string
	Subject   string // whom it is about, "" while that is not known
	State     string
	OrderCode string
	Rejected  bool
	Ready     int
	Total     int
	Errors    int // what keeps it from being filed; an answer that is missing is one
	CreatedAt time.Time
	SavedAt   time.Time
	Copy      bool // from another computer, where the same draft was written otherwise
}

// A Query asks for a page of a box. Search narrows it to drafts in which all its
// words are; Cursor is the Next of the page before.
type Query struct {
	Box, Search, Cursor string
}

// A Page is a part of a box, the last saved first.
type Page struct {
	Items  []Summary
	Next   string         // "" at the end
	Counts map[string]int // of every box, whatever is looked for
	// Partly says that the index of words is being made: there may be more.
	Partly bool
}

const summaryColumns = `d.id, d.procedure, d.subject, d.state, coalesce(o.code, ''), d.problems<>'{}', d.ready, d.total, d.errors, d.created_at, d.saved_at, d.brought`

func scanSummary(scan func(...any) error, more ...any) (Summary, error) {
	var d Summary
	var created, saved int64
	var brought string
	err := scan(append([]any{&d.ID, &d.Procedure, &d.Subject, &d.State, &d.OrderCode, &d.Rejected, &d.Ready, &d.Total, &d.Errors, &created, &saved, &brought}, more...)...)
	d.CreatedAt, d.SavedAt, d.Copy = millis(created), millis(saved), brought == broughtFork
	return d, err
}

// List returns all drafts that are being prepared, the last saved first. It is
// for tools; a screen asks for pages.
func (s *Service) List(ctx context.Context) ([]Summary, error) {
	out := []Summary{}
	err := s.o.DB.Read(ctx, func(tx dbx.Tx) error {
		return dbx.Each(ctx, tx, func(scan func(...any) error) error {
			d, err := scanSummary(scan)
			out = append(out, d)
			return err
		}, `SELECT `+summaryColumns+` FROM draft d LEFT JOIN draft_order o ON o.draft=d.id
			WHERE d.account IN ('', ?) AND d.box IN ('drafts', 'ready') ORDER BY d.saved_at DESC, d.id DESC`, s.o.Shown())
	})
	return out, err
}

// Page returns a page of a box. The code is invalid for a box or a cursor that
// there is not.
func (s *Service) Page(ctx context.Context, q Query) (Page, error) {
	const op = "draft.Page"
	switch q.Box {
	case BoxDrafts, BoxReady, BoxSent:
	default:
		return Page{}, &akno.Error{Code: akno.Invalid, Op: op, Fields: map[string]string{"box": "option"}}
	}
	asked := words.ParseQuery(q.Search)
	for tries := 0; ; tries++ {
		page, stale, err := s.page(ctx, q, asked)
		if err != nil || !stale || asked.Empty() {
			return page, err
		}
		if tries == 1 { // there were more than can be indexed while somebody waits
			page.Partly = true
			return page, nil
		}
		if _, err := s.index(ctx, fresh, true); err != nil {
			return Page{}, err
		}
	}
}

// page reads a page and says whether the index is behind.
func (s *Service) page(ctx context.Context, q Query, asked words.Query) (page Page, stale bool, err error) {
	err = s.o.DB.Read(ctx, func(tx dbx.Tx) (err error) {
		page = Page{Items: []Summary{}}
		var accounts []string
		if accounts, stale, err = s.counts(ctx, tx, q.Box, &page); err != nil || len(accounts) == 0 {
			return err
		}
		if asked.Empty() {
			return s.pageByTime(ctx, tx, q, accounts, &page)
		}
		return s.pageByWords(ctx, tx, q, asked, accounts, &page)
	})
	return page, stale, err
}

// counts tells how many drafts lie in each box, and returns the accounts that
// have some in this one, nobody and whoever is shown at most, and whether the
// index of words is behind. It is one question, since asking costs as much as
// the answer.
func (s *Service) counts(ctx context.Context, tx dbx.Tx, box string, page *Page) (accounts []string, stale bool, err error) {
	page.Counts = map[string]int{BoxDrafts: 0, BoxReady: 0, BoxSent: 0}
	err = dbx.Each(ctx, tx, func(scan func(...any) error) error {
		var account, in string
		var n int
		err := scan(&account, &in, &n, &stale)
		if _, shown := page.Counts[in]; shown {
			page.Counts[in] += n
		}
		if in == box && n > 0 {
			accounts = append(accounts, account)
		}
		return err
	}, `SELECT account, box, n, EXISTS(SELECT 1 FROM draft WHERE stale=1) FROM draft_count WHERE account IN ('', ?)`, s.o.Shown())
	return accounts, stale, err
}

// pageByTime walks the index of a box from where the page before ended. The
// drafts of nobody and of a person are two walks that are merged on the way.
func (s *Service) pageByTime(ctx context.Context, tx dbx.Tx, q Query, accounts []string, page *Page) error {
	at, id := int64(1)<<62, ""
	if q.Cursor != "" {
		ms, rest, ok := strings.Cut(q.Cursor, ".")
		var err error
		if at, err = strconv.ParseInt(ms, 10, 64); err != nil || !ok {
			return badCursor()
		}
		id = rest
	}
	var parts []string
	var args []any
	for _, account := range accounts {
		parts = append(parts, `SELECT `+summaryColumns+` FROM draft d LEFT JOIN draft_order o ON o.draft=d.id
			WHERE d.account=? AND d.box=? AND (d.saved_at, d.id)<(?, ?)`)
		args = append(args, account, q.Box, at, id)
	}
	query := strings.Join(parts, ` UNION ALL `) + ` ORDER BY 11 DESC, 1 DESC LIMIT ?`
	return dbx.Each(ctx, tx, func(scan func(...any) error) error {
		d, err := scanSummary(scan)
		if len(page.Items) == pageSize {
			last := page.Items[pageSize-1]
			page.Next = strconv.FormatInt(last.SavedAt.UnixMilli(), 10) + "." + last.ID
			return err
		}
		page.Items = append(page.Items, d)
		return err
	}, query, append(args, pageSize+1)...)
}

// pageByWords walks the index of words, whose rows are in the order of saving.
func (s *Service) pageByWords(ctx context.Context, tx dbx.Tx, q Query, asked words.Query, accounts []string, page *Page) error {
	from := int64(-1) << 62
	if q.Cursor != "" {
		var err error
		if from, err = strconv.ParseInt(q.Cursor, 10, 64); err != nil {
			return badCursor()
		}
	}
	var last int64
	return dbx.Each(ctx, tx, func(scan func(...any) error) error {
		var row int64
		d, err := scanSummary(scan, &row)
		if len(page.Items) == pageSize {
			page.Next = strconv.FormatInt(last, 10)
			return err
		}
		page.Items, last = append(page.Items, d), row
		return err
	}, `SELECT `+summaryColumns+`, d.word_row FROM draft_words JOIN draft d ON d.word_row=draft_words.rowid LEFT JOIN draft_order o ON o.draft=d.id
		WHERE draft_words MATCH ? AND draft_words.rowid>? AND d.word_row<>0 AND d.account IN ('', ?) ORDER BY draft_words.rowid LIMIT ?`,
		match(asked, q.Box, accounts), from, s.o.Shown(), pageSize+1)
}

func badCursor() error {
	return &akno.Error{Code: akno.Invalid, Op: "draft.Page", Fields: map[string]string{"cursor": "format"}}
}
