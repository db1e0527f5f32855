package draft

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"akno/backend/akno"
	"akno/backend/akno/form"
	"akno/backend/desktop/words"
	"akno/backend/internal/dbx"
)

// The index of words is made when somebody searches or nobody types, never while
// an answer is being saved: a save only marks the draft as stale. Its rows are
// numbered downwards in the order of saving, so that what is read first is what
// was saved last, without sorting all of it; the index is read forwards faster
// than backwards.
//
// A token carries its box and its account. So a word that stands in thirty
// thousand sent applications costs nothing to who looks among ten drafts, and
// nobody's search walks over another's words.

const (
	fresh     = 50 // of the latest stale drafts are indexed before a search
	batch     = 25 // drafts in one transaction: typing waits no longer than that
	indexRest = 20 * time.Millisecond
)

// Upkeep brings the index up to date, resting between its steps. It is for the
// time after a start; the code of its errors is that of the database.
func (s *Service) Upkeep(ctx context.Context) error {
	for {
		left, err := s.index(ctx, batch, false)
		if err != nil || !left {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(indexRest):
		}
	}
}

// indexed is what the index needs of a draft.
type indexed struct {
	id, account, box, procedure, subject, code string
	rev                                        int
	answers, orphans                           string
	pin                                        pin
}

// index indexes up to limit stale drafts and says whether there may be more.
func (s *Service) index(ctx context.Context, limit int, latest bool) (left bool, err error) {
	order := `ASC`
	if latest {
		order = `DESC`
	}
	var list []indexed
	err = s.o.DB.Read(ctx, func(tx dbx.Tx) error {
		list = nil
		return dbx.Each(ctx, tx, func(scan func(...any) error) error {
			var d indexed
			err := scan(&d.id, &d.account, &d.box, &d.procedure, &d.subject, &d.rev, &d.answers, &d.orphans, &d.pin.ID, &d.pin.Version, &d.pin.Hash, &d.code)
			list = append(list, d)
			return err
		}, `SELECT d.id, d.account, d.box, d.procedure, d.subject, d.rev, d.answers, d.orphans, d.form_id, d.form_version, d.form_hash, coalesce(o.code, '')
			FROM draft d LEFT JOIN draft_order o ON o.draft=d.id WHERE d.stale=1 ORDER BY d.saved_at `+order+` LIMIT ?`, limit)
	})
	if err != nil || len(list) == 0 {
		return false, err
	}
	if latest {
		slices.Reverse(list)
	}
	rows := make([]string, len(list))
	for i, d := range list {
		if rows[i], err = s.tokensOf(ctx, d); err != nil {
			return true, err
		}
	}
	err = s.o.DB.Write(ctx, func(tx dbx.Tx) error { return indexRows(ctx, tx, list, rows) })
	return len(list) == limit, err
}

// indexRows gives drafts their rows of the index, except those that were changed
// meanwhile. All old rows go first and the new ones come in their order: each
// step back would make the index write what it holds.
func indexRows(ctx context.Context, tx dbx.Tx, list []indexed, tokens []string) error {
	var least int64
	if _, err := dbx.Found(ctx, tx, `SELECT coalesce(min(word_row), 0) FROM draft WHERE word_row<>0`, nil, &least); err != nil {
		return err
	}
	current := make([]bool, len(list))
	for i, d := range list {
		var old int64
		var err error
		current[i], err = dbx.Found(ctx, tx, `SELECT word_row FROM draft WHERE id=? AND rev=? AND account=? AND box=?`, []any{d.id, d.rev, d.account, d.box}, &old)
		if err != nil || !current[i] || old == 0 {
			if err != nil {
				return err
			}
			continue
		}
		if _, err := tx.Exec(ctx, `DELETE FROM draft_words WHERE rowid=?`, old); err != nil {
			return err
		}
	}
	for i, d := range slices.Backward(list) {
		if !current[i] {
			continue
		}
		row := int64(0)
		if tokens[i] != "" {
			row = least - 1 - int64(i)
			if _, err := tx.Exec(ctx, `INSERT INTO draft_words(rowid, tokens) VALUES(?, ?)`, row, tokens[i]); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `UPDATE draft SET word_row=?, stale=0 WHERE id=?`, row, d.id); err != nil {
			return err
		}
	}
	return nil
}

// tokensOf returns the words of a draft as the index keeps them: of its
// procedure, of whom it is about, of its numbers and of every answer, also one
// that is hidden now or has no place in the form any more. A deleted one has
// none.
func (s *Service) tokensOf(ctx context.Context, d indexed) (string, error) {
	scope, shown := scopes[d.box]
	if !shown {
		return "", nil
	}
	var answers form.Answers
	var orphans []Orphan
	if err := errors.Join(json.Unmarshal([]byte(d.answers), &answers), json.Unmarshal([]byte(d.orphans), &orphans)); err != nil {
		return "", err
	}
	texts := []string{d.procedure, d.subject, d.code}
	if p, ok := s.o.Catalogue.Procedure(d.procedure); ok {
		texts = append(texts, p.Number, p.Title.RU, p.Title.BE)
	}
	f, err := s.pinned(ctx, d.pin)
	if err != nil && akno.CodeOf(err) != akno.OldForm {
		return "", err
	}
	for id, v := range answers {
		texts = append(texts, textsOf(v)...)
		if f == nil {
			continue
		}
		for _, o := range f.Options(id, answers) {
			if o.Value == v.Text() || slices.ContainsFunc(v.Items(), func(item form.Value) bool { return item.Text() == o.Value }) {
				texts = append(texts, o.Label.RU, o.Label.BE)
			}
		}
	}
	for _, o := range orphans {
		texts = append(texts, o.Text.RU, o.Text.BE)
	}
	scope += mark(d.account)
	tokens := words.Tokens(texts...)
	for i, token := range tokens {
		tokens[i] = scope + token
	}
	return strings.Join(tokens, " "), nil
}

// textsOf returns every text within an answer; of a file that is its name.
func textsOf(v form.Value) []string {
	if f, ok := form.FileOf(v); ok {
		return []string{f.Name}
	}
	switch v.Kind() {
	case form.String, form.Number:
		return []string{v.Text()}
	case form.List:
		var out []string
		for _, item := range v.Items() {
			out = append(out, textsOf(item)...)
		}
		return out
	case form.Record:
		var out []string
		for _, name := range v.Members() {
			if name != form.RowID {
				out = append(out, textsOf(v.Get(name))...)
			}
		}
		return out
	}
	return nil
}

// scopes are the beginnings of the tokens of each box.
var scopes = map[string]string{BoxDrafts: "d/", BoxReady: "r/", BoxSent: "s/"}

// mark is an account as a part of tokens.
func mark(account string) string {
	if account == "" {
		return "0/"
	}
	sum := sha256.Sum256([]byte(account))
	return hex.EncodeToString(sum[:4]) + "/"
}

// match asks the index for the words of a query in a box of the accounts: of
// each word one of its tokens must be there.
func match(asked words.Query, box string, accounts []string) string {
	all := make([]string, 0, len(asked))
	for _, tokens := range asked.Tokens() {
		var any []string
		for _, account := range accounts {
			for _, token := range tokens {
				any = append(any, `"`+strings.ReplaceAll(scopes[box]+mark(account)+token, `"`, `""`)+`"`)
			}
		}
		all = append(all, `(`+strings.Join(any, ` OR `)+`)`)
	}
	return strings.Join(all, ` AND `)
}
