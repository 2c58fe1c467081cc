-- Locks the orders of events for ordered endpoints until the transaction ends, in one order for everybody.
CREATE OR REPLACE FUNCTION yizhan.lock_orders(
    event_ids uuid[], app_ids integer[], order_nos text[], delivery_event_ids uuid[], ordered boolean[]
)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    order_lock bigint;
BEGIN
    FOR order_lock IN
        SELECT DISTINCT hashtextextended(e.order_no, e.app_id) AS lock
        FROM unnest(event_ids, app_ids, order_nos) AS e (id, app_id, order_no)
        JOIN unnest(delivery_event_ids, ordered) AS d (id, ordered) ON d.id = e.id
        WHERE d.ordered
        ORDER BY lock
    LOOP
        PERFORM pg_advisory_xact_lock(order_lock);
    END LOOP;
END
$$;
