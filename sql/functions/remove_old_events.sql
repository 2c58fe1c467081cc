-- Removes the oldest events that came more than `keep` ago and have nothing open, with all that belongs to them, at most
-- `max_rows` at a time, and returns how many. With an event goes its idempotency: its order is new if it comes again.
CREATE OR REPLACE FUNCTION yizhan.remove_old_events(keep interval, max_rows integer)
RETURNS bigint
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_bitmapscan = off
SET enable_sort = off
AS $$
DECLARE
    old uuid[];
    rows bigint;
BEGIN
    old := ARRAY(
        SELECT e.id
        FROM yizhan.event AS e
        WHERE e.id < yizhan.first_event_id(statement_timestamp() - keep)
            AND NOT EXISTS (SELECT FROM yizhan.outbox AS q WHERE q.event_id = e.id)
        ORDER BY e.id
        LIMIT max_rows
        -- What is requeued at this moment holds its event.
        FOR UPDATE SKIP LOCKED);
    DELETE FROM yizhan.outcome AS o WHERE o.event_id = ANY (old);
    DELETE FROM yizhan.attempt AS t WHERE t.event_id = ANY (old);
    DELETE FROM yizhan.repeat AS r WHERE r.event_id = ANY (old);
    DELETE FROM yizhan.event AS e WHERE e.id = ANY (old);
    GET DIAGNOSTICS rows = ROW_COUNT;
    RETURN rows;
END
$$;
