-- +goose Up

-- carried_at is when a command was last written to a file that may be taken to
-- another computer; 0: never. From then on the portal may have it, so it cannot be
-- made a draft again. brought is 1 for a command that came from another computer by
-- such a file: its draft is there.
ALTER TABLE outbox ADD COLUMN carried_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN brought INTEGER NOT NULL DEFAULT 0;
