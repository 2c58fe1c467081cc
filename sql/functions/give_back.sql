-- Ends leases under which no attempt was started: the deliveries are due as before, or `delays` from now where that is
-- more than nothing, and no attempt is counted.
CREATE OR REPLACE FUNCTION yizhan.give_back(
    event_ids uuid[], endpoint_ids integer[], tokens bigint[], delays interval[]
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
    UPDATE yizhan.outbox AS o
    SET
        attempt = o.attempt - 1, lease_until = NULL, lease_owner = NULL,
        due_at = CASE WHEN i.delay > interval '0' THEN clock_timestamp() + i.delay ELSE o.due_at END
    FROM unnest(event_ids, endpoint_ids, tokens, delays) AS i (event_id, endpoint_id, token, delay)
    WHERE o.event_id = i.event_id AND o.endpoint_id = i.endpoint_id AND o.token = i.token
        -- Said twice, it counts once.
        AND o.lease_until IS NOT NULL
    RETURNING o.event_id, o.endpoint_id, o.token;
END
$$;
