-- Which of these have no event yet whose dedupe key starts so, by their places from 1. Counts no repeats: that an order
-- is found once more is the relay's doing, and not the platform's.
CREATE OR REPLACE FUNCTION yizhan.missing_orders(app_id integer, order_nos text[], known_prefixes text[])
RETURNS SETOF bigint
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT i.place
    FROM unnest(order_nos, known_prefixes) WITH ORDINALITY AS i (order_no, known_prefix, place)
    WHERE NOT EXISTS (
        SELECT FROM yizhan.event AS e
        WHERE e.order_no = i.order_no AND e.app_id = missing_orders.app_id
            AND starts_with(e.dedupe_key, i.known_prefix)
        -- Keeps this a look-up: a join that is planned while the table is empty may read it from one end to the other.
        OFFSET 0)
    ORDER BY i.place;
END
$$;
