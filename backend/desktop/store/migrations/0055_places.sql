-- +goose Up

-- Pictures are prepared at the papers of One Window too: of_id is that of the
-- of the draft, or of the registration, that a place belongs to.
CREATE TABLE picture_of (
  id         TEXT PRIMARY KEY,
  of_id      TEXT NOT NULL,
  field      TEXT NOT NULL,
  row_id     TEXT NOT NULL,
  column_id  TEXT NOT NULL,
  file       TEXT NOT NULL DEFAULT '',
  position   INTEGER NOT NULL,
  original   TEXT NOT NULL,
  edit       TEXT NOT NULL DEFAULT '{}'
) STRICT;
INSERT INTO picture_of SELECT id, draft, field, row_id, column_id, file, position, original, edit FROM picture;
DROP TABLE picture;
ALTER TABLE picture_of RENAME TO picture;
CREATE INDEX picture_by_place ON picture (of_id, field, row_id, column_id, file, position);
CREATE INDEX picture_by_file ON picture (file);
