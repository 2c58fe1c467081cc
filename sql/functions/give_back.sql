-- Ends leases under which no attempt was started: the deliveries are due as before, or `delays` from now where that is
-- more than nothing, and no attempt is counted. Unless a call was made all the same, it goes back to its endpoint's
-- quota.
CREATE OR REPLACE FUNCTION yizhan.give_back(
    event_ids uuid[], endpoint_ids integer[], tokens bigint[], delays interval[],
    -- NULL, which the version before says: nothing was called.
    called boolean[] DEFAULT NULL
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
    WITH given AS (
        UPDATE yizhan.outbox AS o
        SET
            attempt = o.attempt - 1, lease_until = NULL, lease_owner = NULL,
            due_at = CASE WHEN i.delay > interval '0' THEN clock_timestamp() + i.delay ELSE o.due_at END
        FROM unnest(tokens, delays, called, yizhan.open_places(event_ids, endpoint_ids))
            AS i (token, delay, called, place)
        WHERE o.ctid = i.place AND o.token = i.token
            -- Said twice, it counts once.
            AND o.lease_until IS NOT NULL
        RETURNING o.event_id, o.endpoint_id, o.token, o.quota_day, coalesce(i.called, false) AS called
    ),
    returned AS (
        UPDATE yizhan.endpoint_quota AS u
        SET used = greatest(u.used - r.count, 0)
        FROM (
            SELECT g.endpoint_id, g.quota_day, count(*)
            FROM given AS g
            WHERE NOT g.called AND g.quota_day IS NOT NULL
            GROUP BY g.endpoint_id, g.quota_day
            ORDER BY g.endpoint_id
        ) AS r
        WHERE u.endpoint_id = r.endpoint_id AND u.day = r.quota_day
    )
    SELECT g.event_id, g.endpoint_id, g.token FROM given AS g;
END
$$;
