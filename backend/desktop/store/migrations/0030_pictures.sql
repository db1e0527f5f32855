-- +goose Up

-- Pictures that a person prepares for a place of a draft. original is the JSON of
-- the file as it was taken, which stays until the application is sent; file is
-- the attached file that was made of it, '' while the picture waits; edit is the
-- JSON of what is done to it.
CREATE TABLE picture (
  id         TEXT PRIMARY KEY,
  draft      TEXT NOT NULL REFERENCES draft (id),
  field      TEXT NOT NULL,
  row_id     TEXT NOT NULL,
  column_id  TEXT NOT NULL,
  file       TEXT NOT NULL DEFAULT '',
  position   INTEGER NOT NULL,
  original   TEXT NOT NULL,
  edit       TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX picture_by_place ON picture (draft, field, row_id, column_id, file, position);
CREATE INDEX picture_by_file ON picture (file);
