-- Writes accepted events and their deliveries in one statement, and says which were new. An event that is not among
-- the returned rows was known already. `leases` is NULL for a delivery that is not born leased.
--
-- The caller sends events sorted by (order_no, app_id), those of one order as they came. Two relays that store the same
-- orders then wait for each other; they deadlock only where both store the same events of one order the other way
-- round, and PostgreSQL then undoes one of the two for its caller to repeat.
CREATE OR REPLACE FUNCTION yizhan.store(
    relay integer,
    event_ids uuid[],
    app_ids integer[],
    order_nos text[],
    dedupe_keys text[],
    types text[],
    bodies bytea[],
    fingerprints bytea[],
    reply_endpoint_ids integer[],
    warnings text[],
    delivery_event_ids uuid[],
    delivery_endpoint_ids integer[],
    leases interval[],
    ordered boolean[],
    -- Of each event, like those up to `warnings`. Whether its order is ordered wherever it goes.
    ordered_events boolean[],
    -- The event is known as well if its order has one whose dedupe key starts so; NULL: by its own key alone.
    known_prefixes text[],
    -- Of each event, like those before. NULL: the platform's call named no trace.
    traceparents text[] DEFAULT NULL
)
RETURNS TABLE (event_id uuid, endpoint_id integer, leased boolean)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
-- The join below is between two batches; a nested loop there is quadratic, and estimates of arrays are guesses.
SET enable_nestloop = off
-- Nor must statistics taken while the outbox was empty lead to a scan of it.
SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
    known uuid[] := '{}';
BEGIN
    IF true = ANY (ordered) THEN
        -- Events of one order must get their seq in the order in which they are committed: whoever comes second
        -- waits here, and sees the first when it looks for earlier ones.
        PERFORM yizhan.lock_orders(event_ids, app_ids, order_nos, delivery_event_ids, ordered);
        known := yizhan.known_otherwise(event_ids, app_ids, order_nos, dedupe_keys, known_prefixes);
    END IF;

    -- The arrays are unnested in the list of what is selected: what FROM unnests is written into a temporary store first.
    RETURN QUERY
    WITH stored AS (
        INSERT INTO yizhan.event AS e (
            id, app_id, order_no, dedupe_key, type, body, fingerprint, reply_endpoint_id, warning, ordered,
            traceparent)
        SELECT i.* FROM (
            SELECT
                unnest(event_ids) AS id, unnest(app_ids), unnest(order_nos), unnest(dedupe_keys), unnest(types),
                unnest(bodies), unnest(fingerprints), unnest(reply_endpoint_ids), unnest(warnings),
                unnest(ordered_events), unnest(traceparents)
        ) AS i
        WHERE i.id <> ALL (known)
        ON CONFLICT (order_no, app_id, dedupe_key) DO NOTHING
        RETURNING e.id, e.seq, e.app_id, e.order_no, yizhan.event_day(e.id) AS event_day
    ),
    fresh AS (
        SELECT s.id, s.seq, s.app_id, s.order_no, s.event_day, d.endpoint_id, d.lease, d.ordered
        FROM (
            SELECT
                unnest(delivery_event_ids) AS id, unnest(delivery_endpoint_ids) AS endpoint_id, unnest(leases) AS lease,
                unnest(ordered) AS ordered
        ) AS d
        JOIN stored AS s ON s.id = d.id
    ),
    delivery AS (
        SELECT
            f.id, f.seq, f.app_id, f.order_no, f.endpoint_id, f.ordered,
            CASE
                WHEN NOT f.ordered THEN f.lease
                WHEN EXISTS (
                    SELECT FROM yizhan.outbox AS o
                    WHERE o.endpoint_id = f.endpoint_id AND o.app_id = f.app_id AND o.order_key = f.order_no
                ) THEN NULL
                -- The first of its order in this batch. Without ordered deliveries it is never looked for.
                WHEN (f.endpoint_id, f.seq) IN (
                    SELECT n.endpoint_id, min(n.seq) FROM fresh AS n WHERE n.ordered
                    GROUP BY n.endpoint_id, n.app_id, n.order_no
                ) THEN f.lease
            END AS lease
        FROM fresh AS f
    ),
    counted AS (
        INSERT INTO yizhan.tally AS t (event_day, minute, app_id, what, shard, count)
        SELECT n.event_day, date_trunc('minute', now()), n.app_id, n.what, relay % 16, count(*)
        FROM (
            SELECT s.event_day, s.app_id, 'event' FROM stored AS s
            UNION ALL
            SELECT f.event_day, f.app_id, 'accepted' FROM fresh AS f
        ) AS n (event_day, app_id, what)
        GROUP BY 1, 3, 4
        ORDER BY 1, 3, 4
        ON CONFLICT (event_day, minute, app_id, what, shard) DO UPDATE SET count = t.count + excluded.count
    )
    INSERT INTO yizhan.outbox AS o (
        event_id, endpoint_id, app_id, seq, attempt, token, lease_until, lease_owner, order_key)
    SELECT
        d.id, d.endpoint_id, d.app_id, d.seq,
        CASE WHEN d.lease IS NULL THEN 0 ELSE 1 END,
        CASE WHEN d.lease IS NULL THEN 0 ELSE 1 END,
        clock_timestamp() + d.lease,
        CASE WHEN d.lease IS NULL THEN NULL ELSE relay END,
        CASE WHEN d.ordered THEN d.order_no END
    FROM delivery AS d
    RETURNING o.event_id, o.endpoint_id, o.lease_until IS NOT NULL;
END
$$;
