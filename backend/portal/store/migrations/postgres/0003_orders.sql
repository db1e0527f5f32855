-- +goose Up
-- What the rows mean is said in the file of the same number in ../sqlite.

CREATE TABLE order_counter (
	bucket BIGINT NOT NULL CHECK (bucket BETWEEN 0 AND 1023),
	day TEXT COLLATE "C" NOT NULL,
	n BIGINT NOT NULL CHECK (n BETWEEN 0 AND 100000),
	PRIMARY KEY (bucket, day)
);

CREATE TABLE payment_order (
	account_id TEXT COLLATE "C" NOT NULL,
	code TEXT COLLATE "C" NOT NULL CHECK (length(code) = 30),
	application_id TEXT COLLATE "C" NOT NULL,
	procedure TEXT COLLATE "C" NOT NULL,
	facts TEXT COLLATE "C" NOT NULL,
	form TEXT COLLATE "C" NOT NULL,
	amount BIGINT NOT NULL CHECK (amount > 0),
	status TEXT COLLATE "C" NOT NULL CHECK (status IN ('awaiting', 'paid', 'expired', 'void')),
	expires_at BIGINT NOT NULL,
	version BIGINT NOT NULL,
	doc TEXT COLLATE "C" NOT NULL,
	PRIMARY KEY (account_id, code)
);
CREATE UNIQUE INDEX payment_order_code ON payment_order (code);
CREATE UNIQUE INDEX payment_order_one ON payment_order (account_id, application_id) WHERE status IN ('awaiting', 'paid');
CREATE INDEX payment_order_expiry ON payment_order (expires_at) WHERE status = 'awaiting';

CREATE TABLE payment (
	txn TEXT COLLATE "C" NOT NULL PRIMARY KEY,
	order_code TEXT COLLATE "C" NOT NULL,
	account_id TEXT COLLATE "C",
	amount BIGINT NOT NULL,
	surplus BIGINT NOT NULL,
	paid_at BIGINT NOT NULL,
	received_at BIGINT NOT NULL,
	result TEXT COLLATE "C" NOT NULL CHECK (result IN ('taken', 'wrong_amount', 'unknown_order', 'order_closed')),
	settled_at BIGINT
);
CREATE UNIQUE INDEX payment_one ON payment (order_code) WHERE result = 'taken';
CREATE INDEX payment_open ON payment (received_at) WHERE (result <> 'taken' OR surplus > 0) AND settled_at IS NULL;

CREATE TABLE payment_proof (
	proof TEXT COLLATE "C" NOT NULL,
	account_id TEXT COLLATE "C" NOT NULL,
	application_id TEXT COLLATE "C" NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (proof, account_id, application_id)
);
