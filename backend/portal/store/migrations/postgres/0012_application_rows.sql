-- +goose Up

-- What the rows mean is said in the files of 0004 and of the same number in ../sqlite.
CREATE TABLE application_by_part (
	account_id TEXT COLLATE "C" NOT NULL,
	id TEXT COLLATE "C" NOT NULL,
	procedure TEXT COLLATE "C" NOT NULL,
	form_id TEXT COLLATE "C" NOT NULL,
	form_version BIGINT NOT NULL,
	form_hash TEXT COLLATE "C" NOT NULL,
	body_id TEXT COLLATE "C" NOT NULL REFERENCES body (id),
	status TEXT COLLATE "C" NOT NULL CHECK (status IN (
		'awaiting_payment', 'payment_submitted', 'payment_rejected', 'submitted', 'registered', 'in_review',
		'agency_request', 'clarification', 'granted', 'refused', 'acceptance_refused', 'delivered',
		'acceptance_refused_final', 'withdrawn', 'cancelled', 'closed')),
	version BIGINT NOT NULL CHECK (version > 0),
	paid TEXT COLLATE "C" NOT NULL CHECK (paid IN ('free', 'proof', 'confirmed')),
	filed_at BIGINT NOT NULL,
	due_at BIGINT,
	applicant TEXT COLLATE "C" NOT NULL,
	review TEXT COLLATE "C" NOT NULL,
	doc TEXT COLLATE "C" NOT NULL,
	report TEXT COLLATE "C",
	signature BYTEA,
	submission BYTEA NOT NULL,
	PRIMARY KEY (account_id, id)
);
INSERT INTO application_by_part (account_id, id, procedure, form_id, form_version, form_hash, body_id, status, version, paid, filed_at, due_at, applicant, review, doc, report, signature, submission)
	SELECT account_id, id, procedure, form_id, form_version, form_hash, body_id, status, version, paid, filed_at, due_at, applicant, review, doc, report, signature, submission
	FROM application ORDER BY account_id, id;
DROP TABLE application;
ALTER TABLE application_by_part RENAME TO application;
CREATE INDEX application_due ON application (due_at) WHERE due_at IS NOT NULL;
