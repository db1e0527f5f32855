-- +goose Up

-- The sealed copy of a draft that a person lets the portal keep: octets that the
-- portal cannot read. One device at a time may write a copy; owner_epoch grows
-- when another one takes it. version counts every write of a copy, also over its
-- removal. body is the last column, so that a list reads past no octets.
CREATE TABLE draft_backup (
  account_id   TEXT    NOT NULL,
  id           TEXT    NOT NULL, -- of the draft
  version      INTEGER NOT NULL CHECK (version > 0),
  rev          INTEGER NOT NULL CHECK (rev > 0), -- of the draft, as the device counts
  owner_device TEXT    NOT NULL,
  owner_epoch  INTEGER NOT NULL CHECK (owner_epoch > 0),
  size         INTEGER NOT NULL CHECK (size > 0), -- octets of body
  stored_at    INTEGER NOT NULL,
  body         BLOB    NOT NULL,
  PRIMARY KEY (account_id, id)
) STRICT;
