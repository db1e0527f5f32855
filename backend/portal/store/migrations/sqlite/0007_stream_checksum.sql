-- +goose Up

-- How many records the stream has and the sum over them, by which a device finds
-- out that its copies are not what the portal has. The sum is a 64-bit pattern;
-- NULL is one that was not computed yet, for the streams of earlier versions.
ALTER TABLE stream ADD COLUMN live_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE stream ADD COLUMN checksum INTEGER;
