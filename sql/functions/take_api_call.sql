-- Counts one call that is about to be made, unless the day's are used up; says whether it may be made. Of two that take
-- the last one at once, one gets it. A limit of NULL is none.
CREATE OR REPLACE FUNCTION yizhan.take_api_call(
    app_id integer, calls_limit integer, at timestamptz DEFAULT clock_timestamp()
)
RETURNS boolean
LANGUAGE sql
AS $$
    WITH taken AS (
        INSERT INTO yizhan.api_quota AS q (app_id, day, calls)
        SELECT take_api_call.app_id, yizhan.beijing_day(at), 1
        WHERE coalesce(calls_limit, 2147483647) > 0
        ON CONFLICT (app_id, day) DO UPDATE SET calls = q.calls + 1
        WHERE q.calls < coalesce(calls_limit, 2147483647)
            AND (q.refused_at_limit IS NULL OR q.refused_at_limit < coalesce(calls_limit, 2147483647))
        RETURNING q.calls
    )
    SELECT EXISTS (SELECT FROM taken);
$$;
