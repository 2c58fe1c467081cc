-- Ends the open deliveries of an order as `cancelled`. The outcome's token is past the last lease's, so an attempt in
-- flight cannot settle any more.
CREATE OR REPLACE FUNCTION yizhan.cancel(order_no text, app text DEFAULT NULL, reason text DEFAULT NULL)
RETURNS SETOF yizhan.cancelled
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- As in yizhan.requeue.
SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
    wanted_order text := $1;
    wanted_app integer := yizhan.resolve_app($1, $2);
    why text := coalesce($3, 'cancelled by ' || session_user);
    rows bigint;
BEGIN
    RETURN QUERY
    WITH ended AS (
        DELETE FROM yizhan.outbox AS q
        USING yizhan.event AS e
        WHERE e.order_no = wanted_order AND e.app_id = wanted_app AND q.event_id = e.id
        RETURNING q.*
    ),
    kept AS (
        INSERT INTO yizhan.outcome (event_id, endpoint_id, app_id, state, attempts, token, reason, requeued_at)
        SELECT n.event_id, n.endpoint_id, n.app_id, 'cancelled', n.attempt, n.token + 1, why, n.requeued_at
        FROM ended AS n
    ),
    counted AS (
        INSERT INTO yizhan.tally AS t (event_day, minute, app_id, what, shard, count)
        SELECT yizhan.event_day(n.event_id), date_trunc('minute', now()), n.app_id, 'cancelled', 16, count(*)
        FROM ended AS n
        GROUP BY 1, 3
        ORDER BY 1, 3
        ON CONFLICT (event_day, minute, app_id, what, shard) DO UPDATE SET count = t.count + excluded.count
    )
    SELECT n.event_id, wanted_order, p.name, coalesce(n.lease_until >= clock_timestamp(), false)
    FROM ended AS n
    JOIN yizhan.endpoint AS p ON p.id = n.endpoint_id;
    GET DIAGNOSTICS rows = ROW_COUNT;

    INSERT INTO yizhan.ops_log (action, order_no, app_id, arguments, row_count)
    VALUES ('cancel', wanted_order, wanted_app, jsonb_build_object('app', $2, 'reason', $3), rows);
    PERFORM yizhan.wake_relays('work');
END
$$;
