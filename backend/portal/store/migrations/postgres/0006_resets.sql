-- +goose Up
-- What the rows mean is said in the file of the same number in ../sqlite.

CREATE TABLE password_reset (
  code_hash BYTEA NOT NULL PRIMARY KEY,
  account_id TEXT COLLATE "C" NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX password_reset_account ON password_reset (account_id);
CREATE INDEX password_reset_end ON password_reset (expires_at);
