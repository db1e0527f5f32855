-- +goose Up

-- "AKNO": how this program knows its own file.
PRAGMA application_id = 1095454287;

CREATE TABLE setting (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- A draft pins its form by id, version and hash. answers are JSON, and name the
-- attached files, whose octets lie in the blob folder; sources say where a
-- prefilled answer came from; problems are the portal's field errors.
CREATE TABLE draft (
  id           TEXT PRIMARY KEY,
  procedure    TEXT NOT NULL,
  form_id      TEXT NOT NULL,
  form_version INTEGER NOT NULL,
  form_hash    TEXT NOT NULL,
  answers      TEXT NOT NULL,
  sources      TEXT NOT NULL DEFAULT '{}',
  problems     TEXT NOT NULL DEFAULT '{}',
  origin       TEXT NOT NULL DEFAULT '',
  rev          INTEGER NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('draft', 'ordered', 'signed')),
  ready        INTEGER NOT NULL,
  total        INTEGER NOT NULL,
  created_at   INTEGER NOT NULL,
  saved_at     INTEGER NOT NULL,
  deleted_at   INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX draft_by_time ON draft (deleted_at, saved_at);

-- Append-only: what each saved change was, with what stood there before.
CREATE TABLE draft_rev (
  draft  TEXT NOT NULL REFERENCES draft (id),
  rev    INTEGER NOT NULL,
  at     INTEGER NOT NULL,
  change TEXT NOT NULL,
  PRIMARY KEY (draft, rev)
) STRICT, WITHOUT ROWID;

-- The order of a draft, which is the order of its application: one at a time.
-- op_id and request are stored before the portal is asked, so that asking again
-- is the same request; code and body are empty until it answered.
CREATE TABLE draft_order (
  draft      TEXT PRIMARY KEY REFERENCES draft (id),
  op_id      TEXT NOT NULL,
  request    TEXT NOT NULL,
  code       TEXT NOT NULL DEFAULT '',
  body       TEXT NOT NULL DEFAULT '{}',
  stated     TEXT NOT NULL DEFAULT '',
  receipt    TEXT NOT NULL DEFAULT '' -- JSON of the file
) STRICT;
CREATE UNIQUE INDEX draft_order_by_code ON draft_order (code) WHERE code <> '';

-- What was signed or sent: the very octets, never changed.
CREATE TABLE submission (
  application TEXT PRIMARY KEY,
  op_id       TEXT NOT NULL,
  language    TEXT NOT NULL,
  content     BLOB NOT NULL,
  signature   BLOB NOT NULL, -- of no octets where none was asked for
  signer      TEXT NOT NULL,
  document    TEXT NOT NULL, -- JSON of the file
  made_at     INTEGER NOT NULL
) STRICT;

-- Commands that wait for the portal. state holds only what cannot be derived.
CREATE TABLE outbox (
  seq       INTEGER PRIMARY KEY,
  op_id     TEXT NOT NULL UNIQUE,
  account   TEXT NOT NULL,
  kind      TEXT NOT NULL,
  target    TEXT NOT NULL,
  body      BLOB NOT NULL,
  body_hash TEXT NOT NULL,
  files     TEXT NOT NULL, -- JSON: hashes that must be on the portal first
  state     TEXT NOT NULL CHECK (state IN ('pending', 'rejected')),
  attempt   INTEGER NOT NULL DEFAULT 0,
  next_at   INTEGER NOT NULL DEFAULT 0,
  left_at   INTEGER NOT NULL DEFAULT 0, -- when it may first have left this computer; 0: it has not
  failure   TEXT NOT NULL DEFAULT '',
  fields    TEXT NOT NULL DEFAULT '{}',
  queued_at INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_by_target ON outbox (target, seq);

-- Commands the portal has taken, kept so that a portal restored from a copy
-- can be given again what it lost.
CREATE TABLE sent (
  seq       INTEGER PRIMARY KEY,
  op_id     TEXT NOT NULL UNIQUE,
  account   TEXT NOT NULL,
  kind      TEXT NOT NULL,
  target    TEXT NOT NULL,
  body      BLOB NOT NULL,
  body_hash TEXT NOT NULL,
  files     TEXT NOT NULL,
  epoch     TEXT NOT NULL,
  queued_at INTEGER NOT NULL,
  acked_at  INTEGER NOT NULL
) STRICT;

-- Files the portal is known to hold, in one life of its database.
CREATE TABLE uploaded (
  account TEXT NOT NULL,
  epoch   TEXT NOT NULL,
  sha256  TEXT NOT NULL,
  PRIMARY KEY (account, epoch, sha256)
) STRICT, WITHOUT ROWID;

-- Copies of the portal's records, raw. Kinds this program does not know are
-- kept too.
CREATE TABLE inbox (
  account    TEXT NOT NULL,
  kind       TEXT NOT NULL,
  id         TEXT NOT NULL,
  version    INTEGER NOT NULL,
  body       TEXT NOT NULL,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (account, kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE stream (
  account   TEXT PRIMARY KEY,
  epoch     TEXT NOT NULL,
  cursor    TEXT NOT NULL,
  pulled_at INTEGER NOT NULL DEFAULT 0,
  pushed_at INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
