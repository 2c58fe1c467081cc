-- Where deliveries lie in the outbox, in the order asked; NULL for one that is not open.
--
-- Whoever changes a group of them asks here first, and goes to the rows by their ctid. A join of the group with the outbox
-- can be planned as a scan of all of an index for every group, and is, by a relay that first settles while the outbox is
-- nearly empty; that plan stays until the next vacuum, whatever gathers in the outbox meanwhile.
--
-- STABLE, so that it sees what its caller's statement sees: a ctid is good for one snapshot. The caller checks the token, on
-- the row itself. A row that another moves at the same moment, as requeue does once a lease has run out, is not there any
-- more for the caller, like one whose token has changed.
CREATE OR REPLACE FUNCTION yizhan.open_places(event_ids uuid[], endpoint_ids integer[])
RETURNS tid[]
LANGUAGE plpgsql
STABLE
SET plan_cache_mode = force_generic_plan
-- Only the primary key has the order below, so that no statistics lead to another index.
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN ARRAY(
        SELECT (
            SELECT q.ctid
            FROM yizhan.outbox AS q
            -- With = the order would be any index's.
            WHERE q.event_id BETWEEN i.event_id AND i.event_id AND q.endpoint_id = i.endpoint_id
            ORDER BY q.event_id
            LIMIT 1
        )
        FROM unnest(event_ids, endpoint_ids) WITH ORDINALITY AS i (event_id, endpoint_id, nth)
        ORDER BY i.nth);
END
$$;
