-- Leases the orders of one kind that are due to be asked for: those that nobody has asked for the longest. They are due
-- `every` after they were asked for to the end, or at once where somebody stopped in between.
CREATE OR REPLACE FUNCTION yizhan.lease_order_poll(
    relay integer, app_id integer, order_types integer[], every interval, lease interval
)
RETURNS TABLE (
    order_type integer,
    token bigint,
    failures integer,
    now_at timestamptz,
    covered_until timestamptz,
    window_from timestamptz,
    window_until timestamptz,
    span interval,
    page integer,
    page_limit integer,
    total integer
)
LANGUAGE plpgsql
AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO yizhan.order_poll (app_id, order_type)
    SELECT lease_order_poll.app_id, t.order_type
    FROM unnest(order_types) AS t (order_type)
    ON CONFLICT (app_id, order_type) DO NOTHING;

    RETURN QUERY
    UPDATE yizhan.order_poll AS p
    SET
        token = p.token + 1,
        leased_at = clock_timestamp(),
        lease_until = clock_timestamp() + lease,
        lease_owner = relay
    FROM (
        SELECT q.app_id, q.order_type
        FROM yizhan.order_poll AS q
        WHERE q.app_id = lease_order_poll.app_id
            AND q.order_type = ANY (order_types)
            AND (q.lease_until IS NULL OR q.lease_until < clock_timestamp())
            AND (q.not_before IS NULL OR q.not_before <= clock_timestamp())
            AND (q.window_until IS NOT NULL OR q.completed_at IS NULL OR q.completed_at + every <= clock_timestamp())
        ORDER BY q.leased_at NULLS FIRST, q.order_type
        LIMIT 1
        FOR NO KEY UPDATE SKIP LOCKED
    ) AS due
    WHERE p.app_id = due.app_id AND p.order_type = due.order_type
    RETURNING
        p.order_type, p.token, p.failures, clock_timestamp(), p.covered_until, p.window_from, p.window_until, p.span,
        p.page, p.page_limit, p.total;
END
$$;
