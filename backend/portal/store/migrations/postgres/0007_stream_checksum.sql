-- +goose Up
-- What the rows mean is said in the file of the same number in ../sqlite.

ALTER TABLE stream ADD COLUMN live_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE stream ADD COLUMN checksum BIGINT;
