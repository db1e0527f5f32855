-- +goose Up

-- The bodies that carry out procedures. kind is a key of the catalogue's bodies.
CREATE TABLE body (
	id        TEXT    NOT NULL PRIMARY KEY,
	kind      TEXT    NOT NULL,
	ref       TEXT    NOT NULL, -- JSON of the contract's BodyRef
	superior  TEXT    NOT NULL, -- where a decision is appealed against, as a decision words it
	post      TEXT    NOT NULL, -- of the official who signs decisions
	official  TEXT    NOT NULL, -- his surname, name and patronymic
	is_active INTEGER NOT NULL CHECK (is_active IN (0, 1))
) STRICT, WITHOUT ROWID;

-- Which body carries out what the catalogue gives to a kind of bodies. One body
-- may stand for several kinds.
CREATE TABLE body_kind (
	kind    TEXT NOT NULL PRIMARY KEY,
	body_id TEXT NOT NULL REFERENCES body (id)
) STRICT, WITHOUT ROWID;

-- Applications, from the moment they were filed. submission and signature are
-- the octets as they came and never change; doc is the Application of the
-- contract as JSON, from which pages of changes are built without decoding.
CREATE TABLE application (
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
	submission   BLOB    NOT NULL,
	signature    BLOB,              -- detached CMS over submission
	report       TEXT,              -- JSON of the check of the signature at arrival
	applicant    TEXT    NOT NULL,  -- JSON of the contract's Person
	paid         TEXT    NOT NULL CHECK (paid IN ('free', 'proof', 'confirmed')),
	filed_at     INTEGER NOT NULL,  -- the clock of the law starts here
	review       TEXT    NOT NULL,  -- JSON of what the body alone sees: assignee, proposal
	due_at       INTEGER,           -- when the portal itself has to act next
	doc          TEXT    NOT NULL,
	PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX application_due ON application (due_at) WHERE due_at IS NOT NULL;

-- The work of a body, derived from the applications: what a list shows, and the
-- account that an application belongs to. It can be made anew at any time, and
-- an older version never replaces a newer one.
CREATE TABLE desk_item (
	body_id      TEXT    NOT NULL,
	id           TEXT    NOT NULL, -- of the application
	account_id   TEXT    NOT NULL,
	version      INTEGER NOT NULL,
	queue        TEXT    NOT NULL CHECK (queue IN ('incoming', 'review', 'clarification', 'decision', 'done')),
	deadline     TEXT    NOT NULL, -- '9999-12-31' where none is set yet, so that it sorts last
	search       TEXT    NOT NULL, -- lower case
	doc          TEXT    NOT NULL, -- JSON of the contract's DeskItem
	PRIMARY KEY (body_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX desk_item_queue ON desk_item (body_id, queue, deadline, id);

-- How many numbers a body's registers have given out in a year: applications and
-- decisions are numbered apart.
CREATE TABLE register_counter (
	body_id  TEXT    NOT NULL,
	register TEXT    NOT NULL CHECK (register IN ('application', 'decision')),
	year     INTEGER NOT NULL,
	n        INTEGER NOT NULL,
	PRIMARY KEY (body_id, register, year)
) STRICT, WITHOUT ROWID;
