-- +goose Up

-- Applications again, as a table whose key is an index of its own: the rows are
-- several kilobytes long, and a tree of them by their key is deep and is read
-- from top to bottom for each key that is looked for. The octets that were filed,
-- which are the longest and are read the least, come last in a row.
CREATE TABLE application_by_part (
	account_id   TEXT    NOT NULL,
	id           TEXT    NOT NULL,
	procedure    TEXT    NOT NULL,
	form_id      TEXT    NOT NULL,
	form_version INTEGER NOT NULL,
	form_hash    TEXT    NOT NULL,
	body_id      TEXT    NOT NULL REFERENCES body (id),
	status       TEXT    NOT NULL CHECK (status IN (
		'awaiting_payment', 'payment_submitted', 'payment_rejected', 'submitted', 'registered', 'in_review',
		'agency_request', 'clarification', 'granted', 'refused', 'acceptance_refused', 'delivered',
		'acceptance_refused_final', 'withdrawn', 'cancelled', 'closed')),
	version      INTEGER NOT NULL CHECK (version > 0),
	paid         TEXT    NOT NULL CHECK (paid IN ('free', 'proof', 'confirmed')),
	filed_at     INTEGER NOT NULL,
	due_at       INTEGER,
	applicant    TEXT    NOT NULL,
	review       TEXT    NOT NULL,
	doc          TEXT    NOT NULL,
	report       TEXT,
	signature    BLOB,
	submission   BLOB    NOT NULL,
	PRIMARY KEY (account_id, id)
) STRICT;
INSERT INTO application_by_part (account_id, id, procedure, form_id, form_version, form_hash, body_id, status, version, paid, filed_at, due_at, applicant, review, doc, report, signature, submission)
	SELECT account_id, id, procedure, form_id, form_version, form_hash, body_id, status, version, paid, filed_at, due_at, applicant, review, doc, report, signature, submission
	FROM application ORDER BY account_id, id;
DROP TABLE application;
ALTER TABLE application_by_part RENAME TO application;
CREATE INDEX application_due ON application (due_at) WHERE due_at IS NOT NULL;
