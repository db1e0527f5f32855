-- +goose Up

-- How many codes a bucket of accounts has taken on a day. Gaps are harmless.
CREATE TABLE order_counter (
	bucket INTEGER NOT NULL CHECK (bucket BETWEEN 0 AND 1023),
	day    TEXT    NOT NULL,
	n      INTEGER NOT NULL CHECK (n BETWEEN 0 AND 100000),
	PRIMARY KEY (bucket, day)
) STRICT, WITHOUT ROWID;

-- Orders. doc is the Order of the contract as JSON, from which pages of changes
-- are built without decoding.
CREATE TABLE payment_order (
	account_id     TEXT    NOT NULL,
	code           TEXT    NOT NULL CHECK (length(code) = 30),
	application_id TEXT    NOT NULL,
	procedure      TEXT    NOT NULL,
	facts          TEXT    NOT NULL, -- JSON list of the names of the fee's variants that apply
	form           TEXT    NOT NULL, -- JSON of the form by whose answers it was priced
	amount         INTEGER NOT NULL CHECK (amount > 0), -- kopecks
	status         TEXT    NOT NULL CHECK (status IN ('awaiting', 'paid', 'expired', 'void')),
	expires_at     INTEGER NOT NULL,
	version        INTEGER NOT NULL,
	doc            TEXT    NOT NULL,
	PRIMARY KEY (account_id, code)
) STRICT, WITHOUT ROWID;
-- One order code is one order within this cell; codes of other cells differ by
-- their bucket.
CREATE UNIQUE INDEX payment_order_code ON payment_order (code);
-- Never a second order while one awaits payment or has been paid.
CREATE UNIQUE INDEX payment_order_one ON payment_order (account_id, application_id) WHERE status IN ('awaiting', 'paid');
CREATE INDEX payment_order_expiry ON payment_order (expires_at) WHERE status = 'awaiting';

-- What the payment system has told, one row for each transaction. taken pays an
-- order; everything else is for reconciliation by people: money that came too
-- late, in another sum or for no order is never silently taken.
CREATE TABLE payment (
	txn         TEXT    NOT NULL PRIMARY KEY,
	order_code  TEXT    NOT NULL,
	account_id  TEXT,             -- of the order, when there is one
	amount      INTEGER NOT NULL, -- kopecks
	surplus     INTEGER NOT NULL, -- kopecks above what was due
	paid_at     INTEGER NOT NULL,
	received_at INTEGER NOT NULL,
	result      TEXT    NOT NULL CHECK (result IN ('taken', 'wrong_amount', 'unknown_order', 'order_closed')),
	settled_at  INTEGER           -- when people have dealt with it
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX payment_one ON payment (order_code) WHERE result = 'taken';
CREATE INDEX payment_open ON payment (received_at) WHERE (result <> 'taken' OR surplus > 0) AND settled_at IS NULL;

-- Receipts and numbers of operations that were used as a proof. The same one
-- twice is seen by the body that checks it.
CREATE TABLE payment_proof (
	proof          TEXT    NOT NULL, -- sha256:<hex> of a scan, or erip:<number>
	account_id     TEXT    NOT NULL,
	application_id TEXT    NOT NULL,
	at             INTEGER NOT NULL,
	PRIMARY KEY (proof, account_id, application_id)
) STRICT, WITHOUT ROWID;
