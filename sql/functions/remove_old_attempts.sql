-- Removes attempts of events that came more than `keep` ago and have nothing open, at most `max_rows` at a time, and returns
-- how many. The last attempt of a settled delivery is told by its outcome, and stays.
CREATE OR REPLACE FUNCTION yizhan.remove_old_attempts(keep interval, max_rows integer)
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
    rows bigint;
BEGIN
    DELETE FROM yizhan.attempt AS t
    WHERE t.ctid = ANY (ARRAY(
        SELECT a.ctid
        FROM yizhan.attempt AS a
        WHERE a.event_id < yizhan.first_event_id(statement_timestamp() - keep)
            AND NOT EXISTS (SELECT FROM yizhan.outbox AS q WHERE q.event_id = a.event_id)
        ORDER BY a.event_id, a.endpoint_id, a.token
        LIMIT max_rows));
    GET DIAGNOSTICS rows = ROW_COUNT;
    RETURN rows;
END
$$;
