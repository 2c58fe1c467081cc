-- Puts settled deliveries back into the outbox, due after a time each and their retry schedules anew, and returns those
-- that were settled with the states that they had. What their last attempts were goes to the attempts. The tokens are past
-- those that settled them, so that a late or repeated report of the earlier life cannot settle this one.
CREATE OR REPLACE FUNCTION yizhan.reopen(event_ids uuid[], endpoint_ids integer[], due_ins interval[])
RETURNS TABLE (event_id uuid, endpoint_id integer, previous_state text)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
-- As in yizhan.settle.
SET enable_indexscan = off
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH input AS MATERIALIZED (
        SELECT * FROM unnest(event_ids, endpoint_ids, due_ins) AS i (event_id, endpoint_id, due_in)
    ),
    settled AS (
        DELETE FROM yizhan.outcome AS o
        USING input AS i
        WHERE o.event_id = i.event_id AND o.endpoint_id = i.endpoint_id
        RETURNING o.*, i.due_in
    ),
    remembered AS (
        INSERT INTO yizhan.attempt (
            event_id, endpoint_id, token, attempt, relay, started_at, took_ms, http_status, result, reason,
            answer_start, next_due_at, recorded_at)
        SELECT
            s.event_id, s.endpoint_id, s.token, s.attempts, s.relay, s.started_at, s.took_ms, s.http_status, s.state,
            s.reason, s.answer_start, clock_timestamp() + s.due_in, s.settled_at
        FROM settled AS s
    ),
    opened AS (
        INSERT INTO yizhan.outbox (
            event_id, endpoint_id, app_id, seq, due_at, attempt, token, opened_at, requeued_at, order_key)
        SELECT
            e.id, s.endpoint_id, e.app_id, e.seq, clock_timestamp() + s.due_in, 0, s.token + 1, clock_timestamp(),
            clock_timestamp(), CASE WHEN p.ordered OR e.ordered THEN e.order_no END
        FROM settled AS s
        JOIN yizhan.event AS e ON e.id = s.event_id
        JOIN yizhan.endpoint AS p ON p.id = s.endpoint_id
        -- Retention removes no event that is held.
        FOR KEY SHARE OF e
    ),
    counted AS (
        INSERT INTO yizhan.tally AS t (event_day, minute, app_id, what, shard, reopened)
        SELECT yizhan.event_day(s.event_id), date_trunc('minute', now()), s.app_id, s.state, 16, count(*)
        FROM settled AS s
        GROUP BY 1, 3, 4
        ORDER BY 1, 3, 4
        ON CONFLICT (event_day, minute, app_id, what, shard) DO UPDATE SET reopened = t.reopened + excluded.reopened
    )
    SELECT s.event_id, s.endpoint_id, s.state FROM settled AS s;
END
$$;
