-- From when on there is something due of each endpoint: nothing that is open there is due earlier. Where nothing is due yet
-- it is the time now, and it is always some seconds less, because what others are about to commit is due when their
-- transactions began.
--
-- `floors` are earlier answers to begin the search at; NULL searches from the beginning. That finds what was committed late
-- as well, but reads every dead entry of the index that no vacuum may remove yet: all deliveries since the oldest snapshot
-- was taken.
CREATE OR REPLACE FUNCTION yizhan.first_due(endpoint_ids integer[], floors timestamptz[] DEFAULT NULL)
RETURNS TABLE (endpoint_id integer, due_at timestamptz)
LANGUAGE plpgsql
STABLE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
-- The index's order ends at the first row; sorting reads all of them first.
SET enable_bitmapscan = off
SET enable_sort = off
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT lane.endpoint_id, least(first.due_at, statement_timestamp()) - interval '5 seconds'
    FROM unnest(endpoint_ids, floors) AS lane (endpoint_id, floor)
    LEFT JOIN LATERAL (
        SELECT q.due_at
        FROM yizhan.outbox AS q
        WHERE q.endpoint_id = lane.endpoint_id AND q.due_at >= coalesce(lane.floor, '-infinity')
        ORDER BY q.due_at, q.event_id
        LIMIT 1
    ) AS first ON true;
END
$$;
