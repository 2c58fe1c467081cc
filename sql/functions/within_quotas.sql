-- Cuts free slots to what is left of the endpoints' daily quotas, and says which endpoints have one. Until the end of the
-- transaction nobody else takes from these quotas: what it leases is counted before that. `floors` are those of `claim`.
CREATE OR REPLACE FUNCTION yizhan.within_quotas(
    endpoint_ids integer[], free_slots integer[], floors timestamptz[], OUT allowed_slots integer[], OUT limited integer[],
    OUT today date
)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_bitmapscan = off
SET enable_sort = off
AS $$
#variable_conflict use_column
DECLARE
    taking integer[];
BEGIN
    today := (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
    limited := ARRAY(SELECT p.id FROM yizhan.endpoint AS p WHERE p.id = ANY (endpoint_ids) AND p.daily_quota IS NOT NULL);
    IF limited = '{}' THEN
        allowed_slots := free_slots;
        RETURN;
    END IF;

    -- A lock is a write: none where nothing is left, or nothing is due.
    taking := ARRAY(
        SELECT p.id
        FROM yizhan.endpoint AS p
        WHERE p.id = ANY (limited)
            AND NOT EXISTS (
                SELECT FROM yizhan.endpoint_quota AS k
                WHERE k.endpoint_id = p.id AND k.day >= today AND k.used >= p.daily_quota)
            AND EXISTS (
                SELECT FROM yizhan.outbox AS q
                WHERE q.endpoint_id = p.id
                    AND q.due_at >= coalesce(floors[array_position(endpoint_ids, p.id)], '-infinity')
                    AND q.due_at <= statement_timestamp()
                    AND (q.lease_until IS NULL OR q.lease_until < clock_timestamp())));
    -- Locks the rows, also those that it leaves as they are; always in the same order, so that two relays wait for each other
    -- instead of deadlocking.
    INSERT INTO yizhan.endpoint_quota AS u (endpoint_id, day, used)
    SELECT t.id, today, 0 FROM unnest(taking) AS t (id) ORDER BY t.id
    ON CONFLICT (endpoint_id) DO UPDATE SET day = excluded.day, used = 0 WHERE u.day < excluded.day;

    allowed_slots := ARRAY(
        SELECT
            CASE
                WHEN lane.endpoint_id <> ALL (limited) THEN lane.slots
                WHEN lane.endpoint_id <> ALL (taking) THEN 0
                ELSE least(
                    lane.slots,
                    coalesce((
                        SELECT greatest(p.daily_quota - u.used, 0)
                        FROM yizhan.endpoint_quota AS u
                        JOIN yizhan.endpoint AS p ON p.id = u.endpoint_id
                        WHERE u.endpoint_id = lane.endpoint_id AND u.day >= today
                    ), 0))
            END
        FROM unnest(endpoint_ids, free_slots) WITH ORDINALITY AS lane (endpoint_id, slots, place)
        ORDER BY lane.place);
END
$$;
