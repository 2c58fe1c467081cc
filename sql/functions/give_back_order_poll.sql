-- Ends a lease. With a `pause` it ends after a failure, and nobody asks again before that. Says whether the token was
-- still right.
CREATE OR REPLACE FUNCTION yizhan.give_back_order_poll(
    app_id integer, order_type integer, token bigint, pause interval
)
RETURNS boolean
LANGUAGE sql
AS $$
    WITH given_back AS (
        UPDATE yizhan.order_poll AS p
        SET
            lease_until = NULL,
            lease_owner = NULL,
            failures = CASE WHEN pause IS NULL THEN p.failures ELSE p.failures + 1 END,
            not_before = coalesce(clock_timestamp() + pause, p.not_before)
        WHERE p.app_id = give_back_order_poll.app_id AND p.order_type = give_back_order_poll.order_type
            AND p.token = give_back_order_poll.token
        RETURNING p.token
    )
    SELECT EXISTS (SELECT FROM given_back);
$$;
