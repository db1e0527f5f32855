-- +goose Up

-- One row for each letter by which the password of an e-mail cabinet may be set
-- anew. The code itself is not stored. Codes do not void one another: otherwise
-- whoever keeps asking would keep the owner from using his.
CREATE TABLE password_reset (
  code_hash  BLOB NOT NULL PRIMARY KEY,
  account_id TEXT NOT NULL, -- of nobody when the address is unknown
  expires_at INTEGER NOT NULL,
  used_at    INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX password_reset_account ON password_reset (account_id);
CREATE INDEX password_reset_end ON password_reset (expires_at);
