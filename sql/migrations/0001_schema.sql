-- The whole schema of the first version. Takes no lock that anybody could wait for: nothing of it exists yet.

-- Configuration ------------------------------------------------------------------------------------------------

-- One row. `version` grows with every change, so that a relay sees by one number whether it is up to date.
CREATE TABLE yizhan.configuration (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    version bigint NOT NULL DEFAULT 1,
    allowed_private_networks text[] NOT NULL DEFAULT '{}'
);
INSERT INTO yizhan.configuration DEFAULT VALUES;

-- What apply removes keeps its row (removed_at), because events and outcomes go on naming it.
CREATE TABLE yizhan.merchant (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE,
    removed_at timestamptz
);

CREATE TABLE yizhan.app (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    merchant_id integer NOT NULL REFERENCES yizhan.merchant,
    name text NOT NULL UNIQUE,
    platform text NOT NULL,
    app_key text NOT NULL,
    clock_window interval NOT NULL,
    reply_wait interval NOT NULL,
    on_pending text NOT NULL CHECK (on_pending IN ('accept', 'reject')),
    pending_message text NOT NULL,
    -- A JSON object of the app's secrets, encrypted by the relay.
    sealed_secrets bytea NOT NULL,
    removed_at timestamptz
);

CREATE TABLE yizhan.endpoint (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    merchant_id integer NOT NULL REFERENCES yizhan.merchant,
    name text NOT NULL UNIQUE,
    url text NOT NULL,
    format text NOT NULL,
    app_key text,
    timeout interval NOT NULL,
    max_in_flight integer NOT NULL CHECK (max_in_flight > 0),
    rate_count integer CHECK (rate_count > 0),
    rate_period interval,
    ordered boolean NOT NULL,
    retry interval[] NOT NULL,
    expire_after interval NOT NULL,
    -- A JSON object of the endpoint's secrets, encrypted by the relay.
    sealed_secrets bytea NOT NULL,
    paused_at timestamptz,
    paused_reason text,
    removed_at timestamptz,
    CHECK ((rate_count IS NULL) = (rate_period IS NULL))
);

CREATE TABLE yizhan.route (
    app_id integer NOT NULL REFERENCES yizhan.app,
    -- The first match wins.
    position integer NOT NULL,
    event_pattern text NOT NULL,
    goods_pattern text,
    endpoint_id integer NOT NULL REFERENCES yizhan.endpoint,
    copies integer[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (app_id, position)
);

CREATE TABLE yizhan.goods (
    app_id integer NOT NULL REFERENCES yizhan.app,
    code text NOT NULL,
    position integer NOT NULL,
    name text NOT NULL,
    image text,
    price numeric(12, 2) NOT NULL,
    PRIMARY KEY (app_id, code)
);

-- Events ---------------------------------------------------------------------------------------------------------

-- Cold and insert-only. One index finds an order without its app, and says that one order_no is one event.
CREATE TABLE yizhan.event (
    id uuid PRIMARY KEY,
    -- Which event of an order came first; the relays' clocks have no say in it.
    seq bigint GENERATED ALWAYS AS IDENTITY,
    app_id integer NOT NULL,
    order_no text COLLATE "C" NOT NULL,
    -- Tells events of one order apart; empty where a platform has one event per order.
    dedupe_key text COLLATE "C" NOT NULL,
    type text NOT NULL,
    body bytea NOT NULL,
    -- SHA-256 of the business fields.
    fingerprint bytea NOT NULL,
    -- Whose answer the platform gets.
    reply_endpoint_id integer NOT NULL,
    warning text,
    received_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (order_no, app_id, dedupe_key)
);

-- How often a platform sent an event again.
CREATE TABLE yizhan.repeat (
    event_id uuid PRIMARY KEY,
    repeats integer NOT NULL,
    -- Repeats whose business fields differed, and which were refused.
    conflicts integer NOT NULL,
    first_at timestamptz NOT NULL DEFAULT now(),
    last_at timestamptz NOT NULL DEFAULT now()
);

-- The queue --------------------------------------------------------------------------------------------------------

-- Hot and narrow: holds open deliveries only. Half-empty pages keep the updates of a lease on their page, and no
-- index holds attempt, token or lease_until, so that these updates touch no index. No foreign keys: each would add
-- a row lock's worth of write-ahead log to every event.
CREATE TABLE yizhan.outbox (
    event_id uuid NOT NULL,
    endpoint_id integer NOT NULL,
    app_id integer NOT NULL,
    seq bigint NOT NULL,
    -- A retry moves it; a lease leaves it alone.
    due_at timestamptz NOT NULL DEFAULT now(),
    attempt smallint NOT NULL DEFAULT 0,
    token bigint NOT NULL DEFAULT 0,
    lease_until timestamptz,
    lease_owner integer,
    -- When the delivery was put here; expire_after counts from it.
    opened_at timestamptz NOT NULL DEFAULT now(),
    requeued_at timestamptz,
    -- The order_no, on ordered endpoints only.
    order_key text COLLATE "C",
    PRIMARY KEY (event_id, endpoint_id)
) WITH (
    fillfactor = 50,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 2000,
    autovacuum_vacuum_insert_scale_factor = 0,
    autovacuum_vacuum_insert_threshold = 100000,
    autovacuum_analyze_scale_factor = 0,
    autovacuum_analyze_threshold = 10000,
    autovacuum_vacuum_cost_delay = 0
);
CREATE INDEX outbox_due ON yizhan.outbox (endpoint_id, due_at, event_id);
CREATE INDEX outbox_order ON yizhan.outbox (endpoint_id, app_id, order_key, seq) WHERE order_key IS NOT NULL;

-- Cold. A delivery is either in the outbox or has a row here, never both. The row tells the last attempt as well, so
-- that a delivery that succeeds at once costs no row in attempt.
CREATE TABLE yizhan.outcome (
    event_id uuid NOT NULL,
    endpoint_id integer NOT NULL,
    app_id integer NOT NULL,
    state text NOT NULL CHECK (state IN ('delivered', 'refused', 'exhausted', 'expired', 'cancelled')),
    attempts smallint NOT NULL,
    token bigint NOT NULL,
    relay integer,
    -- The last attempt; empty where there was none.
    started_at timestamptz,
    took_ms integer,
    http_status smallint,
    -- Why it did not end as delivered.
    reason text,
    answer_start text,
    -- What the platform hears, byte for byte.
    answer bytea,
    warning text,
    requeued_at timestamptz,
    settled_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (event_id, endpoint_id)
);
CREATE INDEX outcome_dead ON yizhan.outcome (settled_at)
    WHERE state IN ('refused', 'exhausted', 'expired');

-- Append-only: attempts that did not settle their delivery, and the last attempts of outcomes that were requeued.
CREATE TABLE yizhan.attempt (
    event_id uuid NOT NULL,
    endpoint_id integer NOT NULL,
    token bigint NOT NULL,
    attempt smallint NOT NULL,
    relay integer,
    started_at timestamptz,
    took_ms integer,
    http_status smallint,
    -- `failed`, `interrupted`, or the state of the outcome that a requeue took back.
    result text NOT NULL,
    reason text,
    answer_start text,
    -- When the delivery was due again.
    next_due_at timestamptz,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (event_id, endpoint_id, token)
);

-- Operations ---------------------------------------------------------------------------------------------------------

CREATE TABLE yizhan.ops_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    who text NOT NULL DEFAULT session_user,
    action text NOT NULL,
    order_no text COLLATE "C",
    app_id integer,
    arguments jsonb NOT NULL,
    row_count bigint NOT NULL
);
CREATE INDEX ops_log_order ON yizhan.ops_log (order_no) WHERE order_no IS NOT NULL;

-- Every start of a relay takes a number, which leases and attempts name.
CREATE SEQUENCE yizhan.relay_number AS integer;

-- What requeue and cancel return: their arguments have some of these names already, which RETURNS TABLE refuses.
CREATE TYPE yizhan.requeued AS (event_id uuid, order_no text, endpoint text, previous_state text);
CREATE TYPE yizhan.cancelled AS (event_id uuid, order_no text, endpoint text, was_in_flight boolean);
