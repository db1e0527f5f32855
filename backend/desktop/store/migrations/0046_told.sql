-- +goose Up

-- What a person was told of outside of the window, by the key of the event: it is
-- told once, over any number of starts.
CREATE TABLE told (
  account TEXT NOT NULL,
  key     TEXT NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (account, key)
) STRICT, WITHOUT ROWID;
