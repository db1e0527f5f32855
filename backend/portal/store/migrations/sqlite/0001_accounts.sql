-- +goose Up
-- Keys begin with the account: every row of a person lies together and can be
-- moved with him. Times are Unix milliseconds, texts of structures are JSON.
-- What has no account yet is reached by a random id or by a keyed hash.

PRAGMA application_id = 1095454288; -- "AKNP"

CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Names that are unique over all accounts: an e-mail, an identification
-- number, a certificate. The key is HMAC-SHA-256 of the name under the
-- portal's key, so that the table is no list of citizens.
CREATE TABLE directory (
  kind       TEXT NOT NULL CHECK (kind IN ('email', 'identifier', 'certificate')),
  key        BLOB NOT NULL,
  account_id TEXT NOT NULL,
  PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE account (
  account_id      TEXT PRIMARY KEY,
  state           TEXT NOT NULL CHECK (state IN ('email_pending', 'email_expired', 'ui_issued', 'active', 'suspended', 'closed')),
  max_level       TEXT NOT NULL CHECK (max_level IN ('open', 'email', 'non_strict', 'strict')),
  roles           TEXT NOT NULL,            -- words with spaces between; citizen is always the first
  language        TEXT NOT NULL,
  email           TEXT NOT NULL DEFAULT '', -- as it was written
  email_key       BLOB,                     -- keyed hash of its normal form
  phone           TEXT NOT NULL DEFAULT '',
  personal_number TEXT NOT NULL DEFAULT '',
  person          TEXT NOT NULL DEFAULT '', -- names, birth date, sex, citizenship
  person_key      BLOB,                     -- keyed hash of surname, name and birth date, for duplicates
  body            TEXT NOT NULL DEFAULT '', -- of an officer or head
  office          TEXT NOT NULL DEFAULT '', -- of a clerk
  created_at      INTEGER NOT NULL,
  version         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX account_email ON account (email_key) WHERE email_key IS NOT NULL;
CREATE INDEX account_person ON account (person_key) WHERE person_key IS NOT NULL;
CREATE INDEX account_pending ON account (state, created_at) WHERE state IN ('email_pending', 'email_expired', 'ui_issued');

-- A password for each way in: the one of the e-mail opens no more than the
-- level of the e-mail.
CREATE TABLE password (
  account_id TEXT NOT NULL REFERENCES account,
  way        TEXT NOT NULL CHECK (way IN ('email', 'identifier')),
  hash       TEXT NOT NULL,     -- PHC string of argon2id
  must_change INTEGER NOT NULL, -- 1: a one-time password
  expires_at INTEGER NOT NULL,  -- of a one-time password, else 0
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, way)
) STRICT, WITHOUT ROWID;

CREATE TABLE consent (
  account_id TEXT NOT NULL REFERENCES account,
  given_at   INTEGER NOT NULL,
  version    TEXT NOT NULL,
  sha256     TEXT NOT NULL,
  way        TEXT NOT NULL,
  PRIMARY KEY (account_id, given_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE certificate (
  account_id  TEXT NOT NULL REFERENCES account,
  fingerprint TEXT NOT NULL, -- SHA-256 of the DER in hex
  der         BLOB NOT NULL,
  not_after   INTEGER NOT NULL,
  bound_at    INTEGER NOT NULL,
  PRIMARY KEY (account_id, fingerprint)
) STRICT, WITHOUT ROWID;

-- One row for each activation letter. The code itself is not stored.
CREATE TABLE activation (
  code_hash  BLOB PRIMARY KEY,
  account_id TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at    INTEGER NOT NULL DEFAULT 0,
  void       INTEGER NOT NULL DEFAULT 0 -- 1: a newer letter was sent
) STRICT, WITHOUT ROWID;
CREATE INDEX activation_account ON activation (account_id);

CREATE TABLE challenge (
  id         TEXT PRIMARY KEY,
  purpose    TEXT NOT NULL CHECK (purpose IN ('register', 'sign_in', 'bind', 'step_up')),
  document   BLOB NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at    INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX challenge_end ON challenge (expires_at);

CREATE TABLE session (
  account_id TEXT NOT NULL REFERENCES account,
  id         TEXT NOT NULL,
  token_hash BLOB NOT NULL, -- SHA-256 of the random part of the token
  level      TEXT NOT NULL CHECK (level IN ('email', 'non_strict', 'strict')),
  way        TEXT NOT NULL CHECK (way IN ('email', 'identifier', 'eds')),
  certificate TEXT NOT NULL DEFAULT '', -- fingerprint of the one that signed the challenge
  started_at INTEGER NOT NULL,
  seen_at    INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  ended_at   INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX session_token ON session (account_id, token_hash);
CREATE INDEX session_end ON session (expires_at);

-- Counters against guessing and flooding; key is a keyed hash of a login, an
-- address prefix or both.
CREATE TABLE throttle (
  kind     TEXT NOT NULL,
  key      BLOB NOT NULL,
  since    INTEGER NOT NULL, -- start of the counted window
  count    INTEGER NOT NULL, -- events in the window
  run      INTEGER NOT NULL, -- events since the last success
  next_at  INTEGER NOT NULL, -- no event is let through before
  PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX throttle_since ON throttle (since);

-- A registration in person belongs to the office until the identifier is
-- issued; account_id is the account that will be or was made or claimed.
CREATE TABLE registration (
  office     TEXT NOT NULL,
  id         TEXT NOT NULL,
  clerk_id   TEXT NOT NULL,
  account_id TEXT NOT NULL,
  claimed    INTEGER NOT NULL,
  status     TEXT NOT NULL CHECK (status IN ('ui_draft', 'ui_checked', 'ui_issued')),
  person     TEXT NOT NULL,
  document   TEXT NOT NULL,
  contacts   TEXT NOT NULL, -- language, phone, e-mail
  other_person_reason TEXT NOT NULL DEFAULT '',
  checks     TEXT NOT NULL DEFAULT '', -- the clerk's check list, scans and consent
  created_at INTEGER NOT NULL,
  issued_at  INTEGER NOT NULL DEFAULT 0,
  version    INTEGER NOT NULL,
  PRIMARY KEY (office, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX registration_day ON registration (office, clerk_id, created_at);

-- The index of changes: one row for each entity, as large as the data and not
-- as the history. seq comes from the stream's counter row inside the writing
-- transaction, so that the order of commits is the order of numbers.
CREATE TABLE stream (
  account_id TEXT NOT NULL,
  name       TEXT NOT NULL,
  seq        INTEGER NOT NULL,
  min_seq    INTEGER NOT NULL,
  PRIMARY KEY (account_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE change (
  account_id TEXT NOT NULL,
  stream     TEXT NOT NULL,
  kind       TEXT NOT NULL,
  id         TEXT NOT NULL,
  seq        INTEGER NOT NULL,
  version    INTEGER NOT NULL,
  deleted    INTEGER NOT NULL,
  PRIMARY KEY (account_id, stream, kind, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX change_order ON change (account_id, stream, seq);

-- Commands that were applied, with the answer that a repeat gets.
CREATE TABLE applied_op (
  account_id TEXT NOT NULL,
  op_id      TEXT NOT NULL,
  hash       BLOB NOT NULL, -- SHA-256 of the command
  result     BLOB NOT NULL,
  at         INTEGER NOT NULL,
  PRIMARY KEY (account_id, op_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX applied_op_age ON applied_op (at);

-- The journal: one chain of hashes for each account.
CREATE TABLE audit (
  account_id TEXT NOT NULL,
  seq        INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  actor      TEXT NOT NULL,
  action     TEXT NOT NULL,
  entity     TEXT NOT NULL,
  ground     TEXT NOT NULL,
  prev       BLOB NOT NULL,
  hash       BLOB NOT NULL,
  PRIMARY KEY (account_id, seq)
) STRICT, WITHOUT ROWID;

-- Work that is done after its cause was committed. The payload holds ids only.
CREATE TABLE job (
  account_id  TEXT NOT NULL,
  id          TEXT NOT NULL,
  kind        TEXT NOT NULL,
  payload     TEXT NOT NULL,
  run_at      INTEGER NOT NULL,
  attempt     INTEGER NOT NULL DEFAULT 0,
  lease_until INTEGER NOT NULL DEFAULT 0,
  done_at     INTEGER NOT NULL DEFAULT 0,
  parked      INTEGER NOT NULL DEFAULT 0, -- 1: given up after too many attempts, an operator looks
  last_error  TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_due ON job (run_at) WHERE done_at = 0 AND parked = 0;
