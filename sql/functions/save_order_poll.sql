-- Writes how far the holder of a lease has come, and makes the lease last for `lease` from now. Without a window, all
-- was asked for up to `covered_until`. Says whether the token is still right; if not, nothing is written.
CREATE OR REPLACE FUNCTION yizhan.save_order_poll(
    app_id integer,
    order_type integer,
    token bigint,
    lease interval,
    covered_until timestamptz,
    window_from timestamptz,
    window_until timestamptz,
    span interval,
    page integer,
    page_limit integer,
    total integer
)
RETURNS boolean
LANGUAGE sql
AS $$
    WITH saved AS (
        UPDATE yizhan.order_poll AS p
        SET
            covered_until = save_order_poll.covered_until,
            completed_at = CASE WHEN save_order_poll.window_until IS NULL THEN clock_timestamp()
                ELSE p.completed_at END,
            window_from = save_order_poll.window_from,
            window_until = save_order_poll.window_until,
            span = save_order_poll.span,
            page = save_order_poll.page,
            page_limit = save_order_poll.page_limit,
            total = save_order_poll.total,
            failures = 0,
            not_before = NULL,
            lease_until = clock_timestamp() + lease
        WHERE p.app_id = save_order_poll.app_id AND p.order_type = save_order_poll.order_type
            AND p.token = save_order_poll.token
        RETURNING p.token
    )
    SELECT EXISTS (SELECT FROM saved);
$$;
