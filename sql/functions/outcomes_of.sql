-- The outcomes of deliveries, without those that are open.
CREATE OR REPLACE FUNCTION yizhan.outcomes_of(event_ids uuid[], endpoint_ids integer[])
RETURNS TABLE (event_id uuid, endpoint_id integer, state text, answer bytea)
LANGUAGE plpgsql
STABLE
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
    SELECT o.event_id, o.endpoint_id, o.state, o.answer
    FROM unnest(event_ids, endpoint_ids) AS i (event_id, endpoint_id)
    JOIN yizhan.outcome AS o ON o.event_id = i.event_id AND o.endpoint_id = i.endpoint_id;
END
$$;
