-- Gives deliveries a later due time after a failed attempt, each only if its token is still the one that was leased,
-- and returns those that it moved with their tokens.
CREATE OR REPLACE FUNCTION yizhan.reschedule(
    relay integer,
    event_ids uuid[],
    endpoint_ids integer[],
    tokens bigint[],
    delays interval[],
    results text[],
    since_starts interval[],
    took_mss integer[],
    http_statuses integer[],
    reasons text[],
    answer_starts text[]
)
RETURNS TABLE (event_id uuid, endpoint_id integer, token bigint)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH input AS MATERIALIZED (
        SELECT * FROM unnest(
            event_ids, endpoint_ids, tokens, delays, results, since_starts, took_mss, http_statuses, reasons,
            answer_starts, yizhan.open_places(event_ids, endpoint_ids)
        ) AS i (
            event_id, endpoint_id, token, delay, result, since_start, took_ms, http_status, reason, answer_start,
            place)
    ),
    moved AS (
        UPDATE yizhan.outbox AS o
        SET due_at = clock_timestamp() + i.delay, lease_until = NULL, lease_owner = NULL
        FROM input AS i
        WHERE o.ctid = i.place AND o.token = i.token
        RETURNING
            o.event_id, o.endpoint_id, o.token, o.attempt, o.due_at, i.result, i.since_start, i.took_ms,
            i.http_status, i.reason, i.answer_start
    ),
    recorded AS (
        INSERT INTO yizhan.attempt (
            event_id, endpoint_id, token, attempt, relay, started_at, took_ms, http_status, result, reason,
            answer_start, next_due_at)
        SELECT
            m.event_id, m.endpoint_id, m.token, m.attempt, relay, clock_timestamp() - m.since_start, m.took_ms,
            m.http_status, m.result, m.reason, m.answer_start, m.due_at
        FROM moved AS m
        -- Said twice, because the first answer was lost.
        ON CONFLICT (event_id, endpoint_id, token) DO NOTHING
    )
    SELECT m.event_id, m.endpoint_id, m.token FROM moved AS m;
END
$$;
