-- +goose Up

-- When, by the portal's clock, its records were read to their end after it had taken
-- a command, in the life in which it took it; 0: not yet. What was confirmed long
-- ago is forgotten.
ALTER TABLE sent ADD COLUMN confirmed_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX sent_by_time ON sent (account, confirmed_at);
