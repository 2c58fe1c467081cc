-- How many orders an app has had in this month of Beijing, counted up to `most`. Reads ten events for each of them at
-- most, and nothing but the index.
CREATE OR REPLACE FUNCTION yizhan.orders_this_month(
    app_id integer, most integer, at timestamptz DEFAULT clock_timestamp()
)
RETURNS bigint
LANGUAGE sql STABLE
AS $$
    SELECT least(count(DISTINCT e.order_no), most)
    FROM (
        SELECT k.order_no
        FROM yizhan.event AS k
        WHERE k.app_id = orders_this_month.app_id
            AND k.dedupe_key <> ''
            AND k.order_no <> 'callback_key'
            AND k.received_at >= date_trunc('month', at AT TIME ZONE 'Asia/Shanghai') AT TIME ZONE 'Asia/Shanghai'
            AND k.received_at <= at
        ORDER BY k.received_at
        LIMIT 10 * most::bigint
    ) AS e;
$$;
