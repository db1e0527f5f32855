-- +goose Up

-- Where a draft came from: '' for this computer, 'parcel' for another one, 'fork'
-- for another one on which the same draft was written otherwise, so that both
-- are kept.
ALTER TABLE draft ADD COLUMN brought TEXT NOT NULL DEFAULT '';

-- A form that came with a draft and that no bundle of this program has: what is
-- filled in by it can be read and copied, and not changed or signed.
ALTER TABLE draft_form ADD COLUMN unverified INTEGER NOT NULL DEFAULT 0;
