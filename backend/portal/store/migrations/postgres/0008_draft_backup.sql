-- +goose Up
-- What the rows mean is said in the file of the same number in ../sqlite.

CREATE TABLE draft_backup (
  account_id TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL CHECK (version > 0),
  rev BIGINT NOT NULL CHECK (rev > 0),
  owner_device TEXT COLLATE "C" NOT NULL,
  owner_epoch BIGINT NOT NULL CHECK (owner_epoch > 0),
  size BIGINT NOT NULL CHECK (size > 0),
  stored_at BIGINT NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (account_id, id)
);
