-- +goose Up

-- Whose a draft is: an account of the portal, or '' while nobody has worked on it
-- signed in. Several people may use one profile; what one of them wrote is not
-- shown to another.
ALTER TABLE draft ADD COLUMN account TEXT NOT NULL DEFAULT '';
UPDATE draft SET account=coalesce(
  (SELECT s.account FROM sent s WHERE s.target=draft.id AND s.kind='submit'),
  (SELECT o.account FROM outbox o WHERE o.target=draft.id AND o.kind='submit'),
  '');
DROP INDEX draft_by_time;
CREATE INDEX draft_by_time ON draft (account, deleted_at, saved_at);
