-- +goose Up
-- What the rows mean is said in the file of the same number in ../sqlite.

ALTER TABLE change ADD COLUMN gone_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX change_gone ON change (gone_at) WHERE deleted = 1;
