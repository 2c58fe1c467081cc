-- What waits for each endpoint, for gauges: counted up to `max_rows` and no farther, so that a million rows cost no more
-- than these do. The index gives them in the order in which they are due; the oldest is among them.
CREATE OR REPLACE FUNCTION yizhan.sample_backlog(max_rows integer)
RETURNS TABLE (endpoint text, paused boolean, due bigint, scheduled bigint, oldest_due_age interval)
LANGUAGE plpgsql
STABLE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
-- The index's order ends at the limit; sorting reads all that is due first.
SET enable_bitmapscan = off
SET enable_sort = off
SET jit = off
AS $$
BEGIN
    RETURN QUERY
    SELECT
        p.name, p.paused_at IS NOT NULL, d.due, s.scheduled,
        coalesce(statement_timestamp() - d.oldest_due_at, interval '0')
    FROM yizhan.endpoint AS p,
    LATERAL (
        SELECT count(*) AS due, min(n.due_at) AS oldest_due_at
        FROM (
            SELECT q.due_at, q.lease_until FROM yizhan.outbox AS q
            WHERE q.endpoint_id = p.id AND q.due_at <= statement_timestamp()
            ORDER BY q.due_at LIMIT max_rows
        ) AS n
        WHERE n.lease_until IS NULL OR n.lease_until < statement_timestamp()
    ) AS d,
    LATERAL (
        SELECT count(*) AS scheduled
        FROM (
            SELECT FROM yizhan.outbox AS q
            WHERE q.endpoint_id = p.id AND q.due_at > statement_timestamp()
            ORDER BY q.due_at LIMIT max_rows
        ) AS n
    ) AS s
    WHERE p.removed_at IS NULL;
END
$$;
