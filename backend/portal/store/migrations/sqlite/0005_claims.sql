-- +goose Up

-- Codes by which the owner of a cabinet that has no identification number proves
-- at the counter that it is his. A registration has one code at a time.
CREATE TABLE claim_code (
  account_id   TEXT NOT NULL,
  registration TEXT NOT NULL,
  code_hash    BLOB NOT NULL, -- keyed hash: eight digits would be found again from a plain one
  sent_at      INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL,
  tries        INTEGER NOT NULL DEFAULT 0,
  proven_op    TEXT NOT NULL DEFAULT '', -- the command that brought the right code
  PRIMARY KEY (account_id, registration)
) STRICT, WITHOUT ROWID;
CREATE INDEX claim_code_end ON claim_code (expires_at);
