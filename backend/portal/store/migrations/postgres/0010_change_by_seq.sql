-- +goose Up

-- What the rows mean is said in the file of the same number in ../sqlite.
CREATE TABLE change_by_seq (
  account_id TEXT COLLATE "C" NOT NULL,
  stream     TEXT COLLATE "C" NOT NULL,
  seq        BIGINT NOT NULL,
  kind       TEXT COLLATE "C" NOT NULL,
  id         TEXT COLLATE "C" NOT NULL,
  version    BIGINT NOT NULL,
  deleted    BIGINT NOT NULL,
  doc        TEXT COLLATE "C",
  PRIMARY KEY (account_id, stream, seq)
);
INSERT INTO change_by_seq (account_id, stream, seq, kind, id, version, deleted, doc)
  SELECT account_id, stream, seq, kind, id, version, deleted, doc FROM change ORDER BY account_id, stream, seq;
DROP TABLE change;
ALTER TABLE change_by_seq RENAME TO change;
CREATE UNIQUE INDEX change_entity ON change (account_id, stream, kind, id);
