-- How long ago an order may have been modified that was not asked for yet; NULL while nothing was.
CREATE OR REPLACE FUNCTION yizhan.reconciliation_lag(app_id integer, order_types integer[])
RETURNS interval
LANGUAGE sql STABLE
AS $$
    SELECT clock_timestamp() - min(p.covered_until)
    FROM yizhan.order_poll AS p
    WHERE p.app_id = reconciliation_lag.app_id AND p.order_type = ANY (order_types);
$$;
