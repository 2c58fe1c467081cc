-- The day that quotas are counted by.
CREATE OR REPLACE FUNCTION yizhan.beijing_day(at timestamptz) RETURNS date LANGUAGE sql STABLE AS $$
    SELECT (at AT TIME ZONE 'Asia/Shanghai')::date;
$$;
