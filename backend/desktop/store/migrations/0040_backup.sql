-- +goose Up

-- The secret under which the drafts of an account are sealed for the portal, while
-- its person lets them be kept there. life is that of the portal's database which
-- the rows of backup are about.
CREATE TABLE backup_key (
  account TEXT PRIMARY KEY,
  secret  BLOB NOT NULL, -- 16 octets; the profile is sealed as a whole
  life    TEXT NOT NULL DEFAULT '',
  since   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What is known of the backup of a draft. version is the one whose contents are
-- here, 0 for none; backed_rev a revision of the draft that the portal keeps; owner
-- the computer that writes it, by its number; fork the draft that another
-- computer's version was taken in as. stale is 1 while the lane has to look at it.
CREATE TABLE backup (
  draft       TEXT PRIMARY KEY REFERENCES draft (id),
  account     TEXT NOT NULL,
  version     INTEGER NOT NULL DEFAULT 0,
  backed_rev  INTEGER NOT NULL DEFAULT 0,
  backed_at   INTEGER NOT NULL DEFAULT 0,
  owner       TEXT NOT NULL DEFAULT '',
  owner_epoch INTEGER NOT NULL DEFAULT 0,
  fork        TEXT NOT NULL DEFAULT '',
  stale       INTEGER NOT NULL DEFAULT 1,
  attempt     INTEGER NOT NULL DEFAULT 0,
  next_at     INTEGER NOT NULL DEFAULT 0,
  failure     TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE INDEX backup_stale ON backup (account) WHERE stale=1;

-- 1 for a draft that another computer owns: it is read here, and not changed.
ALTER TABLE draft ADD COLUMN elsewhere INTEGER NOT NULL DEFAULT 0;

-- Whatever changes a draft, the lane finds it.
-- +goose StatementBegin
CREATE TRIGGER backup_begins AFTER INSERT ON draft
WHEN EXISTS(SELECT 1 FROM backup_key WHERE account=NEW.account) BEGIN
  INSERT INTO backup(draft, account) VALUES(NEW.id, NEW.account) ON CONFLICT(draft) DO UPDATE SET stale=1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER backup_lags AFTER UPDATE OF account, rev, state, deleted_at ON draft
WHEN EXISTS(SELECT 1 FROM backup_key WHERE account=NEW.account) BEGIN
  INSERT INTO backup(draft, account) VALUES(NEW.id, NEW.account)
    ON CONFLICT(draft) DO UPDATE SET account=excluded.account, stale=1, attempt=0, next_at=0, failure='';
END;
-- +goose StatementEnd
-- An order is part of a draft and no revision of it.
-- +goose StatementBegin
CREATE TRIGGER backup_lacks_order AFTER UPDATE OF code ON draft_order WHEN OLD.code<>NEW.code BEGIN
  UPDATE backup SET backed_rev=0, stale=1 WHERE draft=NEW.draft;
END;
-- +goose StatementEnd
