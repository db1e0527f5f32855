-- +goose Up

-- The JSON of an entity as devices pull it, beside its place in the stream: an
-- application's own row holds the octets that were signed, which a page of changes
-- would have to pass over for each. NULL where it is read from the entity's row.
ALTER TABLE change ADD COLUMN doc TEXT;
