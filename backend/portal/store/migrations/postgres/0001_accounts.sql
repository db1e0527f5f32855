-- +goose Up
-- What the rows mean is said in the file of the same number in ../sqlite.

-- SQLite's own: where the second is found in the first, from 1; 0 is nowhere.
CREATE FUNCTION instr(text, text) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS 'SELECT position($2 IN $1)';
CREATE FUNCTION instr(bytea, bytea) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS 'SELECT position($2 IN $1)';

CREATE TABLE meta (
  name TEXT COLLATE "C" PRIMARY KEY,
  value TEXT COLLATE "C" NOT NULL
);
COMMENT ON TABLE meta IS 'Akno portal';

CREATE TABLE directory (
  kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('email', 'identifier', 'certificate')),
  key BYTEA NOT NULL,
  account_id TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (kind, key)
);

CREATE TABLE account (
  account_id TEXT COLLATE "C" PRIMARY KEY,
  state TEXT COLLATE "C" NOT NULL CHECK (state IN ('email_pending', 'email_expired', 'ui_issued', 'active', 'suspended', 'closed')),
  max_level TEXT COLLATE "C" NOT NULL CHECK (max_level IN ('open', 'email', 'non_strict', 'strict')),
  roles TEXT COLLATE "C" NOT NULL,
  language TEXT COLLATE "C" NOT NULL,
  email TEXT COLLATE "C" NOT NULL DEFAULT '',
  email_key BYTEA,
  phone TEXT COLLATE "C" NOT NULL DEFAULT '',
  personal_number TEXT COLLATE "C" NOT NULL DEFAULT '',
  person TEXT COLLATE "C" NOT NULL DEFAULT '',
  person_key BYTEA,
  body TEXT COLLATE "C" NOT NULL DEFAULT '',
  office TEXT COLLATE "C" NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX account_email ON account (email_key) WHERE email_key IS NOT NULL;
CREATE INDEX account_person ON account (person_key) WHERE person_key IS NOT NULL;
CREATE INDEX account_pending ON account (state, created_at) WHERE state IN ('email_pending', 'email_expired', 'ui_issued');

CREATE TABLE password (
  account_id TEXT COLLATE "C" NOT NULL REFERENCES account,
  way TEXT COLLATE "C" NOT NULL CHECK (way IN ('email', 'identifier')),
  hash TEXT COLLATE "C" NOT NULL,
  must_change BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, way)
);

CREATE TABLE consent (
  account_id TEXT COLLATE "C" NOT NULL REFERENCES account,
  given_at BIGINT NOT NULL,
  version TEXT COLLATE "C" NOT NULL,
  sha256 TEXT COLLATE "C" NOT NULL,
  way TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (account_id, given_at)
);

CREATE TABLE certificate (
  account_id TEXT COLLATE "C" NOT NULL REFERENCES account,
  fingerprint TEXT COLLATE "C" NOT NULL,
  der BYTEA NOT NULL,
  not_after BIGINT NOT NULL,
  bound_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, fingerprint)
);

CREATE TABLE activation (
  code_hash BYTEA PRIMARY KEY,
  account_id TEXT COLLATE "C" NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL DEFAULT 0,
  void BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX activation_account ON activation (account_id);

CREATE TABLE challenge (
  id TEXT COLLATE "C" PRIMARY KEY,
  purpose TEXT COLLATE "C" NOT NULL CHECK (purpose IN ('register', 'sign_in', 'bind', 'step_up')),
  document BYTEA NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX challenge_end ON challenge (expires_at);

CREATE TABLE session (
  account_id TEXT COLLATE "C" NOT NULL REFERENCES account,
  id TEXT COLLATE "C" NOT NULL,
  token_hash BYTEA NOT NULL,
  level TEXT COLLATE "C" NOT NULL CHECK (level IN ('email', 'non_strict', 'strict')),
  way TEXT COLLATE "C" NOT NULL CHECK (way IN ('email', 'identifier', 'eds')),
  certificate TEXT COLLATE "C" NOT NULL DEFAULT '',
  started_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (account_id, id)
);
CREATE UNIQUE INDEX session_token ON session (account_id, token_hash);
CREATE INDEX session_end ON session (expires_at);

CREATE TABLE throttle (
  kind TEXT COLLATE "C" NOT NULL,
  key BYTEA NOT NULL,
  since BIGINT NOT NULL,
  count BIGINT NOT NULL,
  run BIGINT NOT NULL,
  next_at BIGINT NOT NULL,
  PRIMARY KEY (kind, key)
);
CREATE INDEX throttle_since ON throttle (since);

CREATE TABLE registration (
  office TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  clerk_id TEXT COLLATE "C" NOT NULL,
  account_id TEXT COLLATE "C" NOT NULL,
  claimed BIGINT NOT NULL,
  status TEXT COLLATE "C" NOT NULL CHECK (status IN ('ui_draft', 'ui_checked', 'ui_issued')),
  person TEXT COLLATE "C" NOT NULL,
  document TEXT COLLATE "C" NOT NULL,
  contacts TEXT COLLATE "C" NOT NULL,
  other_person_reason TEXT COLLATE "C" NOT NULL DEFAULT '',
  checks TEXT COLLATE "C" NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  issued_at BIGINT NOT NULL DEFAULT 0,
  version BIGINT NOT NULL,
  PRIMARY KEY (office, id)
);
CREATE INDEX registration_day ON registration (office, clerk_id, created_at);

CREATE TABLE stream (
  account_id TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  seq BIGINT NOT NULL,
  min_seq BIGINT NOT NULL,
  PRIMARY KEY (account_id, name)
);

CREATE TABLE change (
  account_id TEXT COLLATE "C" NOT NULL,
  stream TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  seq BIGINT NOT NULL,
  version BIGINT NOT NULL,
  deleted BIGINT NOT NULL,
  PRIMARY KEY (account_id, stream, kind, id)
);
CREATE UNIQUE INDEX change_order ON change (account_id, stream, seq);

CREATE TABLE applied_op (
  account_id TEXT COLLATE "C" NOT NULL,
  op_id TEXT COLLATE "C" NOT NULL,
  hash BYTEA NOT NULL,
  result BYTEA NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (account_id, op_id)
);
CREATE INDEX applied_op_age ON applied_op (at);

CREATE TABLE audit (
  account_id TEXT COLLATE "C" NOT NULL,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  actor TEXT COLLATE "C" NOT NULL,
  action TEXT COLLATE "C" NOT NULL,
  entity TEXT COLLATE "C" NOT NULL,
  ground TEXT COLLATE "C" NOT NULL,
  prev BYTEA NOT NULL,
  hash BYTEA NOT NULL,
  PRIMARY KEY (account_id, seq)
);

CREATE TABLE job (
  account_id TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  payload TEXT COLLATE "C" NOT NULL,
  run_at BIGINT NOT NULL,
  attempt BIGINT NOT NULL DEFAULT 0,
  lease_until BIGINT NOT NULL DEFAULT 0,
  done_at BIGINT NOT NULL DEFAULT 0,
  parked BIGINT NOT NULL DEFAULT 0,
  last_error TEXT COLLATE "C" NOT NULL DEFAULT '',
  PRIMARY KEY (account_id, id)
);
CREATE INDEX job_due ON job (run_at) WHERE done_at = 0 AND parked = 0;
