-- +goose Up
-- What the rows mean is said in the file of the same number in ../sqlite.

CREATE TABLE blob (
	account_id TEXT COLLATE "C" NOT NULL,
	sha256 TEXT COLLATE "C" NOT NULL CHECK (length(sha256) = 64),
	size BIGINT NOT NULL CHECK (size >= 0),
	media_type TEXT COLLATE "C" NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (account_id, sha256)
);

CREATE TABLE blob_usage (
	account_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	bytes BIGINT NOT NULL,
	day TEXT COLLATE "C" NOT NULL,
	day_bytes BIGINT NOT NULL
);
