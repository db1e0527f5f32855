-- +goose Up

-- When the sweep first met a record that is gone, 0 for one that is there or was
-- not met: after that time it is forgotten, and a cursor from before is over.
ALTER TABLE change ADD COLUMN gone_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX change_gone ON change (gone_at) WHERE deleted = 1;
