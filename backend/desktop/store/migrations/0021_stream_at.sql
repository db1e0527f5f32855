-- +goose Up

-- The number of the cursor in the portal's stream, so that an answer from the past
-- is known for what it is.
ALTER TABLE stream ADD COLUMN at_seq INTEGER NOT NULL DEFAULT 0;
