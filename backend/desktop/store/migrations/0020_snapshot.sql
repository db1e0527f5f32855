-- +goose Up

-- What a snapshot of the portal's records has brought so far. It takes the place
-- of inbox in one transaction when it is whole, so that a person never sees half
-- of her records.
CREATE TABLE shadow (
  account TEXT NOT NULL,
  kind    TEXT NOT NULL,
  id      TEXT NOT NULL,
  version INTEGER NOT NULL,
  body    TEXT NOT NULL,
  PRIMARY KEY (account, kind, id)
) STRICT, WITHOUT ROWID;

-- snapshot is 1 while one is being read, from shadow_cursor on in the life
-- shadow_epoch. doubt is the portal's checksum that was not reached even by a
-- snapshot: it is not tried again for the same one.
ALTER TABLE stream ADD COLUMN snapshot INTEGER NOT NULL DEFAULT 0;
ALTER TABLE stream ADD COLUMN shadow_epoch TEXT NOT NULL DEFAULT '';
ALTER TABLE stream ADD COLUMN shadow_cursor TEXT NOT NULL DEFAULT '';
ALTER TABLE stream ADD COLUMN doubt TEXT NOT NULL DEFAULT '';
