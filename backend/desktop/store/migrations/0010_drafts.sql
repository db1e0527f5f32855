-- +goose Up
-- errors is what kept the draft from being filed when it was saved last, subject
-- whom it is about, orphans (JSON) the answers that a newer form has no place
-- for; node is the revision whose answers the draft has now, which undoing
-- moves. word_row is its row of the index and stale says that the index knows
-- an older draft.
ALTER TABLE draft ADD COLUMN errors INTEGER NOT NULL DEFAULT 0;
ALTER TABLE draft ADD COLUMN subject TEXT NOT NULL DEFAULT '';
ALTER TABLE draft ADD COLUMN orphans TEXT NOT NULL DEFAULT '[]';
ALTER TABLE draft ADD COLUMN node INTEGER NOT NULL DEFAULT 0;
ALTER TABLE draft ADD COLUMN word_row INTEGER NOT NULL DEFAULT 0;
ALTER TABLE draft ADD COLUMN stale INTEGER NOT NULL DEFAULT 1;
UPDATE draft SET errors=max(total-ready, 0), node=rev;

-- The box follows from the other columns, so that nothing can put a draft into a
-- wrong one.
ALTER TABLE draft ADD COLUMN box TEXT GENERATED ALWAYS AS (
  CASE WHEN deleted_at<>0 THEN 'deleted' WHEN state='signed' THEN 'sent' WHEN errors=0 THEN 'ready' ELSE 'drafts' END
) VIRTUAL;
DROP INDEX draft_by_time;
CREATE INDEX draft_by_box ON draft (account, box, saved_at, id);
CREATE INDEX draft_stale ON draft (saved_at) WHERE stale=1;
CREATE UNIQUE INDEX draft_by_word_row ON draft (word_row) WHERE word_row<>0;

-- How many there are in each box, kept rather than counted.
CREATE TABLE draft_count (
  account TEXT NOT NULL,
  box     TEXT NOT NULL,
  n       INTEGER NOT NULL,
  PRIMARY KEY (account, box)
) STRICT, WITHOUT ROWID;
INSERT INTO draft_count(account, box, n) SELECT account, box, count(*) FROM draft GROUP BY account, box;
-- +goose StatementBegin
CREATE TRIGGER draft_comes AFTER INSERT ON draft BEGIN
  INSERT INTO draft_count(account, box, n) VALUES(NEW.account, NEW.box, 1) ON CONFLICT(account, box) DO UPDATE SET n=n+1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER draft_moves AFTER UPDATE OF account, state, errors, deleted_at ON draft
WHEN OLD.account<>NEW.account OR OLD.box<>NEW.box BEGIN
  UPDATE draft_count SET n=n-1 WHERE account=OLD.account AND box=OLD.box;
  INSERT INTO draft_count(account, box, n) VALUES(NEW.account, NEW.box, 1) ON CONFLICT(account, box) DO UPDATE SET n=n+1;
  UPDATE draft SET stale=1 WHERE id=NEW.id;
END;
-- +goose StatementEnd

-- Words of drafts, as tokens that the program makes. The text itself is not
-- kept twice.
CREATE VIRTUAL TABLE draft_words USING fts5(
  tokens, content='', contentless_delete=1, detail=none, tokenize="ascii tokenchars '.=~>/'"
);

-- Forms that drafts are pinned to, by hash: what a program of a later version
-- brings never makes a draft unreadable.
CREATE TABLE draft_form (
  hash       TEXT PRIMARY KEY,
  form_id    TEXT NOT NULL,
  version    INTEGER NOT NULL,
  definition TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What a revision was, and where it stands among the others: node is the
-- revision whose answers it has (itself, unless something was undone or redone),
-- parent the node before it. pin is the form, JSON, that stood before a revision
-- that changed it.
ALTER TABLE draft_rev ADD COLUMN kind TEXT NOT NULL DEFAULT 'edit';
ALTER TABLE draft_rev ADD COLUMN node INTEGER NOT NULL DEFAULT 0;
ALTER TABLE draft_rev ADD COLUMN parent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE draft_rev ADD COLUMN pin TEXT NOT NULL DEFAULT '';
UPDATE draft_rev SET node=rev, parent=rev-1;

-- A person's own beginnings of applications.
CREATE TABLE template (
  id           TEXT PRIMARY KEY,
  account      TEXT NOT NULL,
  name         TEXT NOT NULL,
  procedure    TEXT NOT NULL,
  form_id      TEXT NOT NULL,
  form_version INTEGER NOT NULL,
  form_hash    TEXT NOT NULL,
  answers      TEXT NOT NULL,
  personal     INTEGER NOT NULL,
  created_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX template_by_account ON template (account, created_at);
