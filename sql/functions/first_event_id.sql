-- The smallest id that an event of a Beijing day can have. Events between two of these are found by their key.
CREATE OR REPLACE FUNCTION yizhan.first_event_id(day date)
RETURNS uuid
LANGUAGE sql
IMMUTABLE
AS $$
    SELECT rpad(
        lpad(to_hex((extract(epoch FROM day::timestamp AT TIME ZONE 'Asia/Shanghai') * 1000)::bigint), 12, '0'), 32, '0'
    )::uuid;
$$;
