-- Leases due deliveries: for each endpoint no more than its free slots, so that one endpoint's backlog is never in
-- the way of another's, and no more than is left of its daily quota. What is over that waits as it is.
--
-- The rows are found through `ctid = ANY (ARRAY (…))`: that stays a Tid Scan whatever the statistics say, where an
-- UPDATE … FROM flips to a sequential scan. A row whose lease ran out is due; a row of an ordered endpoint is not due
-- while an earlier one of its order is open.
--
-- `due_at` is compared with statement_timestamp(), which is stable: an index condition, where clock_timestamp() would
-- be a filter that reads every retry of a dead endpoint up to the farthest one.
--
-- Nothing is looked for that is due before `floors`, which `first_due` tells: a backup, or a session that somebody forgot,
-- keeps vacuum from removing what was delivered since, and all of that lies before the first row that is due.
CREATE OR REPLACE FUNCTION yizhan.claim(
    relay integer,
    lease interval,
    endpoint_ids integer[],
    free_slots integer[],
    -- Of each endpoint; NULL where it is not known.
    floors timestamptz[] DEFAULT NULL
)
RETURNS TABLE (
    event_id uuid,
    endpoint_id integer,
    attempt integer,
    token bigint,
    age interval,
    app_id integer,
    type text,
    order_no text,
    body bytea,
    answers_platform boolean,
    traceparent text
)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
-- The index's order ends at the limit; sorting reads all that is due first.
SET enable_bitmapscan = off
SET enable_sort = off
-- Compiling takes longer than the claim, whatever it is estimated at.
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    allowed_slots integer[];
    limited integer[];
    today date;
BEGIN
    SELECT w.allowed_slots, w.limited, w.today INTO allowed_slots, limited, today
    FROM yizhan.within_quotas(endpoint_ids, free_slots, floors) AS w;

    RETURN QUERY
    WITH leased AS (
        UPDATE yizhan.outbox AS o
        SET
            attempt = o.attempt + 1,
            token = o.token + 1,
            lease_until = clock_timestamp() + lease,
            lease_owner = relay,
            quota_day = CASE WHEN o.endpoint_id = ANY (limited) THEN today END
        WHERE o.ctid = ANY (ARRAY(
            SELECT due.ctid
            FROM unnest(endpoint_ids, allowed_slots, floors) AS lane (endpoint_id, slots, floor),
            LATERAL (
                SELECT q.ctid
                FROM yizhan.outbox AS q
                WHERE q.endpoint_id = lane.endpoint_id
                    AND q.due_at >= coalesce(lane.floor, '-infinity')
                    AND q.due_at <= statement_timestamp()
                    AND (q.lease_until IS NULL OR q.lease_until < clock_timestamp())
                    AND (q.order_key IS NULL OR NOT EXISTS (
                        SELECT FROM yizhan.outbox AS earlier
                        WHERE earlier.endpoint_id = q.endpoint_id
                            AND earlier.app_id = q.app_id
                            AND earlier.order_key = q.order_key
                            AND earlier.seq < q.seq))
                ORDER BY q.due_at, q.event_id
                LIMIT lane.slots
                FOR NO KEY UPDATE OF q SKIP LOCKED
            ) AS due
        ))
        RETURNING o.event_id, o.endpoint_id, o.attempt, o.token, o.opened_at
    ),
    counted AS (
        UPDATE yizhan.endpoint_quota AS u
        SET used = u.used + l.count
        FROM (SELECT c.endpoint_id, count(*) FROM leased AS c GROUP BY c.endpoint_id) AS l (endpoint_id, count)
        WHERE u.endpoint_id = l.endpoint_id AND u.endpoint_id = ANY (limited)
    )
    SELECT
        l.event_id, l.endpoint_id, l.attempt::integer, l.token, clock_timestamp() - l.opened_at,
        e.app_id, e.type, e.order_no, e.body, e.reply_endpoint_id = l.endpoint_id,
        e.traceparent
    FROM leased AS l
    CROSS JOIN LATERAL (
        SELECT k.app_id, k.type, k.order_no, k.body, k.reply_endpoint_id, k.traceparent
        FROM yizhan.event AS k
        WHERE k.id = l.event_id
        -- Keeps this a look-up: a join that is planned while the table is empty may read it from one end to the other.
        OFFSET 0
    ) AS e;
END
$$;
