-- +goose Up
-- What the rows mean is said in the file of the same number in ../sqlite.

CREATE TABLE body (
	id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	kind TEXT COLLATE "C" NOT NULL,
	ref TEXT COLLATE "C" NOT NULL,
	superior TEXT COLLATE "C" NOT NULL,
	post TEXT COLLATE "C" NOT NULL,
	official TEXT COLLATE "C" NOT NULL,
	is_active BIGINT NOT NULL CHECK (is_active IN (0, 1))
);

CREATE TABLE body_kind (
	kind TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	body_id TEXT COLLATE "C" NOT NULL REFERENCES body (id)
);

CREATE TABLE application (
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
	submission BYTEA NOT NULL,
	signature BYTEA,
	report TEXT COLLATE "C",
	applicant TEXT COLLATE "C" NOT NULL,
	paid TEXT COLLATE "C" NOT NULL CHECK (paid IN ('free', 'proof', 'confirmed')),
	filed_at BIGINT NOT NULL,
	review TEXT COLLATE "C" NOT NULL,
	due_at BIGINT,
	doc TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (account_id, id)
);
CREATE INDEX application_due ON application (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE desk_item (
	body_id TEXT COLLATE "C" NOT NULL,
	id TEXT COLLATE "C" NOT NULL,
	account_id TEXT COLLATE "C" NOT NULL,
	version BIGINT NOT NULL,
	queue TEXT COLLATE "C" NOT NULL CHECK (queue IN ('incoming', 'review', 'clarification', 'decision', 'done')),
	deadline TEXT COLLATE "C" NOT NULL,
	search TEXT COLLATE "C" NOT NULL,
	doc TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (body_id, id)
);
CREATE INDEX desk_item_queue ON desk_item (body_id, queue, deadline, id);

CREATE TABLE register_counter (
	body_id TEXT COLLATE "C" NOT NULL,
	register TEXT COLLATE "C" NOT NULL CHECK (register IN ('application', 'decision')),
	year BIGINT NOT NULL,
	n BIGINT NOT NULL,
	PRIMARY KEY (body_id, register, year)
);
