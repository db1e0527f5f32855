-- +goose Up

-- The index of changes again, with the rows in the order in which they are pulled: a
-- page is read from one place, and not each of its rows looked for by its name.
CREATE TABLE change_by_seq (
  account_id TEXT NOT NULL,
  stream     TEXT NOT NULL,
  seq        INTEGER NOT NULL,
  kind       TEXT NOT NULL,
  id         TEXT NOT NULL,
  version    INTEGER NOT NULL,
  deleted    INTEGER NOT NULL,
  doc        TEXT, -- the JSON as devices pull it; NULL where it is read from the entity's row
  PRIMARY KEY (account_id, stream, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO change_by_seq (account_id, stream, seq, kind, id, version, deleted, doc)
  SELECT account_id, stream, seq, kind, id, version, deleted, doc FROM change ORDER BY account_id, stream, seq;
DROP TABLE change;
ALTER TABLE change_by_seq RENAME TO change;
CREATE UNIQUE INDEX change_entity ON change (account_id, stream, kind, id);
