-- +goose Up

-- What a command says, apart from what becomes of it: these octets are written
-- once, when the command is queued, while its row in outbox or sent is a few words
-- that change with every try. A number is never given twice, so that the order of
-- a device's commands is known also after the oldest were forgotten. body stands
-- last: what comes before it is read without it.
CREATE TABLE envelope (
  seq       INTEGER PRIMARY KEY AUTOINCREMENT,
  files     TEXT NOT NULL, -- JSON: hashes that must be on the portal first
  body_hash TEXT NOT NULL,
  body      BLOB NOT NULL
) STRICT;
INSERT INTO envelope(seq, files, body_hash, body)
  SELECT seq, files, body_hash, body FROM outbox UNION ALL SELECT seq, files, body_hash, body FROM sent;

CREATE TABLE waiting (
  seq        INTEGER PRIMARY KEY REFERENCES envelope (seq),
  op_id      TEXT NOT NULL UNIQUE,
  account    TEXT NOT NULL,
  kind       TEXT NOT NULL,
  target     TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('pending', 'rejected')),
  attempt    INTEGER NOT NULL DEFAULT 0,
  next_at    INTEGER NOT NULL DEFAULT 0,
  left_at    INTEGER NOT NULL DEFAULT 0,
  failure    TEXT NOT NULL DEFAULT '',
  fields     TEXT NOT NULL DEFAULT '{}',
  queued_at  INTEGER NOT NULL,
  carried_at INTEGER NOT NULL DEFAULT 0,
  brought    INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO waiting SELECT seq, op_id, account, kind, target, state, attempt, next_at, left_at, failure, fields, queued_at, carried_at, brought
  FROM outbox;
DROP TABLE outbox;
ALTER TABLE waiting RENAME TO outbox;
CREATE INDEX outbox_by_target ON outbox (target, seq);

CREATE TABLE taken (
  seq       INTEGER PRIMARY KEY REFERENCES envelope (seq),
  op_id     TEXT NOT NULL UNIQUE,
  account   TEXT NOT NULL,
  kind      TEXT NOT NULL,
  target    TEXT NOT NULL,
  epoch     TEXT NOT NULL,
  queued_at INTEGER NOT NULL,
  acked_at  INTEGER NOT NULL
) STRICT;
INSERT INTO taken SELECT seq, op_id, account, kind, target, epoch, queued_at, acked_at FROM sent;
DROP TABLE sent;
ALTER TABLE taken RENAME TO sent;

-- An envelope goes with the last row that is about it.
-- +goose StatementBegin
CREATE TRIGGER outbox_ends AFTER DELETE ON outbox
WHEN NOT EXISTS(SELECT 1 FROM sent WHERE seq=OLD.seq) BEGIN
  DELETE FROM envelope WHERE seq=OLD.seq;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER sent_ends AFTER DELETE ON sent
WHEN NOT EXISTS(SELECT 1 FROM outbox WHERE seq=OLD.seq) BEGIN
  DELETE FROM envelope WHERE seq=OLD.seq;
END;
-- +goose StatementEnd
