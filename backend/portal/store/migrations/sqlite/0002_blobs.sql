-- +goose Up

-- The files of the cabinets. The octets lie in the blob store under the account
-- and the hash; a row is written after they are durable, so that no row ever
-- points to a file that may vanish.
CREATE TABLE blob (
	account_id TEXT    NOT NULL,
	sha256     TEXT    NOT NULL CHECK (length(sha256) = 64),
	size       INTEGER NOT NULL CHECK (size >= 0),
	media_type TEXT    NOT NULL, -- by the file's own octets
	created_at INTEGER NOT NULL,
	PRIMARY KEY (account_id, sha256)
) STRICT, WITHOUT ROWID;

-- What an account has stored in all and on one day, for the limits.
CREATE TABLE blob_usage (
	account_id TEXT    NOT NULL PRIMARY KEY,
	bytes      INTEGER NOT NULL,
	day        TEXT    NOT NULL, -- of law, in Minsk
	day_bytes  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
