-- How many calls an app's platform still takes today, and how long that day lasts. A limit of NULL is none, and then
-- so is what is left.
CREATE OR REPLACE FUNCTION yizhan.quota_left(
    app_id integer, calls_limit integer, at timestamptz DEFAULT clock_timestamp()
)
RETURNS TABLE (calls_left integer, resets_in interval)
LANGUAGE sql STABLE
AS $$
    SELECT
        CASE WHEN q.refused_at_limit >= coalesce(calls_limit, 2147483647) THEN 0
            WHEN calls_limit IS NOT NULL THEN greatest(calls_limit - coalesce(q.calls, 0), 0) END,
        (yizhan.beijing_day(at) + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' - at
    FROM (VALUES (yizhan.beijing_day(at))) AS today (day)
    LEFT JOIN yizhan.api_quota AS q ON q.app_id = quota_left.app_id AND q.day = today.day;
$$;
