-- The platform itself says that no more calls are taken today.
CREATE OR REPLACE FUNCTION yizhan.use_up_api_quota(
    app_id integer, calls_limit integer, at timestamptz DEFAULT clock_timestamp()
)
RETURNS void
LANGUAGE sql
AS $$
    INSERT INTO yizhan.api_quota AS q (app_id, day, calls, refused_at_limit)
    VALUES (use_up_api_quota.app_id, yizhan.beijing_day(at), 0, coalesce(calls_limit, 2147483647))
    ON CONFLICT (app_id, day) DO UPDATE SET refused_at_limit = excluded.refused_at_limit;
$$;
