-- Ends deliveries, each only if its token is still the one that was leased, and returns those that it ended with their
-- tokens: a late report may stand beside the one that counts. Said twice (because an answer was lost) it returns them
-- again. `unblocks` where a later event of an ordered order waits for it, and is due now. What was not called goes back
-- to its endpoint's quota.
CREATE OR REPLACE FUNCTION yizhan.settle(
    relay integer,
    event_ids uuid[],
    endpoint_ids integer[],
    tokens bigint[],
    states text[],
    since_starts interval[],
    took_mss integer[],
    http_statuses integer[],
    reasons text[],
    answer_starts text[],
    answers bytea[],
    warnings text[]
)
RETURNS TABLE (event_id uuid, endpoint_id integer, token bigint, unblocks boolean)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
-- Statistics taken while the tables were empty must not lead to a scan of them.
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
    -- Unnested in the list of what is selected, as in `store`.
    RETURN QUERY
    WITH input AS MATERIALIZED (
        SELECT
            unnest(event_ids) AS event_id, unnest(endpoint_ids) AS endpoint_id, unnest(tokens) AS token,
            unnest(states) AS state, unnest(since_starts) AS since_start, unnest(took_mss) AS took_ms,
            unnest(http_statuses) AS http_status, unnest(reasons) AS reason, unnest(answer_starts) AS answer_start,
            unnest(answers) AS answer, unnest(warnings) AS warning,
            unnest(yizhan.open_places(event_ids, endpoint_ids)) AS place
    ),
    ended AS (
        DELETE FROM yizhan.outbox AS o
        USING input AS i
        WHERE o.ctid = i.place AND o.token = i.token
        RETURNING
            o.event_id, o.endpoint_id, o.app_id, i.state, o.attempt, o.token, i.since_start, i.took_ms, i.http_status,
            i.reason, i.answer_start, i.answer, i.warning, o.requeued_at, o.order_key, o.seq,
            o.lease_until, o.quota_day
    ),
    kept AS (
        INSERT INTO yizhan.outcome AS o (
            event_id, endpoint_id, app_id, state, attempts, token, relay, started_at, took_ms, http_status, reason,
            answer_start, answer, warning, requeued_at)
        SELECT
            e.event_id, e.endpoint_id, e.app_id, e.state, e.attempt, e.token, relay,
            clock_timestamp() - e.since_start, e.took_ms, e.http_status, e.reason, e.answer_start, e.answer,
            e.warning, e.requeued_at
        FROM ended AS e
    ),
    returned AS (
        UPDATE yizhan.endpoint_quota AS u
        SET used = greatest(u.used - r.count, 0)
        FROM (
            SELECT e.endpoint_id, e.quota_day, count(*)
            FROM ended AS e
            WHERE e.since_start IS NULL AND e.lease_until > clock_timestamp() AND e.quota_day IS NOT NULL
            GROUP BY e.endpoint_id, e.quota_day
            ORDER BY e.endpoint_id
        ) AS r
        WHERE u.endpoint_id = r.endpoint_id AND u.day = r.quota_day
    ),
    counted AS (
        INSERT INTO yizhan.tally AS t (event_day, minute, app_id, what, shard, count)
        SELECT yizhan.event_day(e.event_id), date_trunc('minute', now()), e.app_id, e.state, relay % 16, count(*)
        FROM ended AS e
        GROUP BY 1, 3, 4
        ORDER BY 1, 3, 4
        ON CONFLICT (event_day, minute, app_id, what, shard) DO UPDATE SET count = t.count + excluded.count
    )
    SELECT
        e.event_id, e.endpoint_id, e.token,
        e.order_key IS NOT NULL AND EXISTS (
            SELECT FROM yizhan.outbox AS later
            WHERE later.endpoint_id = e.endpoint_id AND later.app_id = e.app_id AND later.order_key = e.order_key
                AND later.seq > e.seq)
    FROM ended AS e
    UNION ALL
    -- Ended by an earlier call whose answer was lost: this statement's snapshot does not show its own inserts.
    SELECT o.event_id, o.endpoint_id, o.token, false
    FROM input AS i, LATERAL (
        SELECT k.event_id, k.endpoint_id, k.token
        FROM yizhan.outcome AS k
        WHERE k.event_id = i.event_id AND k.endpoint_id = i.endpoint_id AND k.token = i.token
        OFFSET 0
    ) AS o
    WHERE i.place IS NULL;
END
$$;
