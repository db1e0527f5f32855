-- +goose Up
-- What the rows mean is said in the file of the same number in ../sqlite.

CREATE TABLE claim_code (
  account_id TEXT COLLATE "C" NOT NULL,
  registration TEXT COLLATE "C" NOT NULL,
  code_hash BYTEA NOT NULL,
  sent_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  tries BIGINT NOT NULL DEFAULT 0,
  proven_op TEXT COLLATE "C" NOT NULL DEFAULT '',
  PRIMARY KEY (account_id, registration)
);
CREATE INDEX claim_code_end ON claim_code (expires_at);
