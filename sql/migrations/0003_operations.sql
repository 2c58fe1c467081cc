-- What operators see and steer: counts, refused calls, limits, retention. New tables, which nobody waits for; columns
-- with constant defaults, for which each table is locked (ACCESS EXCLUSIVE) for a moment and not rewritten.

-- How many deliveries came and ended, kept up by what stores and settles, in the same transactions: to count events
-- themselves would be to read all of them. Several rows for one fact, so that relays, and the writers in a relay, do not
-- wait for each other.
CREATE TABLE yizhan.tally (
    -- The Beijing day on which the events came, by their ids.
    event_day date NOT NULL,
    -- When it was counted; -infinity in rows that were put together.
    minute timestamptz NOT NULL,
    app_id integer NOT NULL,
    -- `event` counts events, `accepted` their deliveries, the states of outcomes the deliveries that ended so.
    what text NOT NULL,
    -- The relay's number modulo 16; 16 is what operators did.
    shard smallint NOT NULL,
    count bigint NOT NULL DEFAULT 0,
    -- Deliveries that a requeue took back from this state.
    reopened bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (event_day, minute, app_id, what, shard)
) WITH (
    fillfactor = 50,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 2000,
    autovacuum_vacuum_cost_delay = 0
);

-- What is there already is counted once. Reads every event and outcome. The day of an event is in its id, as in
-- yizhan.event_day, which is not there yet.
INSERT INTO yizhan.tally (event_day, minute, app_id, what, shard, count)
SELECT
    (to_timestamp(('x' || encode(substr(uuid_send(n.event_id), 1, 6), 'hex'))::bit(48)::bigint / 1000.0)
        AT TIME ZONE 'Asia/Shanghai')::date,
    '-infinity', n.app_id, n.what, 16, count(*)
FROM (
    SELECT e.id, e.app_id, 'event' FROM yizhan.event AS e
    UNION ALL
    SELECT q.event_id, q.app_id, 'accepted' FROM yizhan.outbox AS q
    UNION ALL
    SELECT o.event_id, o.app_id, w.what
    FROM yizhan.outcome AS o, LATERAL (VALUES ('accepted'), (o.state)) AS w (what)
) AS n (event_id, app_id, what)
GROUP BY 1, n.app_id, n.what;

-- Calls that were refused, the latest of each app: why a signature does not match. Neither values nor bodies.
CREATE TABLE yizhan.refused_call (
    id bigint GENERATED ALWAYS AS IDENTITY,
    -- 0 where no app could be told.
    app_id integer NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    reason text NOT NULL,
    detail text,
    remote_address text,
    -- The names of the call's parameters, as far as they could be read.
    parameters text[] NOT NULL,
    PRIMARY KEY (app_id, id)
);

-- Functions whose arguments have changed: `functions/` has them anew.
DROP FUNCTION IF EXISTS yizhan.reopen(uuid, integer, interval);
DROP FUNCTION IF EXISTS yizhan.give_back(uuid[], integer[], bigint[], interval[]);

-- How many calls an endpoint may get on one Beijing day.
ALTER TABLE yizhan.endpoint ADD COLUMN daily_quota integer CHECK (daily_quota > 0);

-- How much of an endpoint's quota is used: one row for each endpoint that ever had one, of the last day on which something
-- was leased. Half-empty pages keep its updates on their page.
CREATE TABLE yizhan.endpoint_quota (
    endpoint_id integer PRIMARY KEY,
    day date NOT NULL,
    used integer NOT NULL CHECK (used >= 0)
) WITH (fillfactor = 50);

-- Whose quota the last lease was taken from: what was not called goes back there.
ALTER TABLE yizhan.outbox ADD COLUMN quota_day date;

-- Whether an endpoint that keeps failing is left alone for a while.
ALTER TABLE yizhan.endpoint ADD COLUMN breaker boolean NOT NULL DEFAULT true;

-- Endpoints that a relay leaves alone for now, because they keep failing. A relay says again and again which they are: what
-- was not said lately is of a relay that is dead.
CREATE TABLE yizhan.endpoint_breaker (
    endpoint_id integer NOT NULL,
    relay integer NOT NULL,
    -- The same for all relays whose breakers are open at the same time.
    opened_at timestamptz NOT NULL,
    reason text NOT NULL,
    said_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (endpoint_id, relay)
);

-- How long events, and attempts of what is settled, are kept; NULL for ever.
ALTER TABLE yizhan.configuration ADD COLUMN keep_events interval;
ALTER TABLE yizhan.configuration ADD COLUMN keep_attempts interval;

-- What one relay at a time does now and then, and when it was begun last.
CREATE TABLE yizhan.chore (
    name text PRIMARY KEY,
    begun_at timestamptz NOT NULL
);

-- The `traceparent` of the platform's call; NULL where it had none, and the trace's id is the event's.
ALTER TABLE yizhan.event ADD COLUMN traceparent text;

-- Relays of the version before go on calling both until they are replaced: what is new stands last.
DROP FUNCTION IF EXISTS yizhan.store(
    integer, uuid[], integer[], text[], text[], text[], bytea[], bytea[], integer[], text[], uuid[], integer[],
    interval[], boolean[], boolean[], text[]);
DROP FUNCTION IF EXISTS yizhan.claim(integer, interval, integer[], integer[]);

-- Whose the relay's own alerts are. Removed from the start: nobody configures them, and no file can have their name.
INSERT INTO yizhan.merchant (id, name, removed_at) OVERRIDING SYSTEM VALUE VALUES (-1, '@yizhan', now());
INSERT INTO yizhan.app (
    id, merchant_id, name, platform, app_key, clock_window, reply_wait, on_pending, pending_message, sealed_secrets, removed_at)
OVERRIDING SYSTEM VALUE
VALUES (-1, -1, '@yizhan', 'yizhan', '', '0', '0', 'accept', '', '', now());
