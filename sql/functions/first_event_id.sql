-- The smallest id that an event of a moment, or of a Beijing day, can have: a version 7 UUID starts with the milliseconds
-- since 1970. Events between two of these are found by their key.
CREATE OR REPLACE FUNCTION yizhan.first_event_id(moment timestamptz)
RETURNS uuid
LANGUAGE sql
IMMUTABLE
AS $$
    SELECT rpad(
        lpad(to_hex(greatest(extract(epoch FROM moment) * 1000, 0)::bigint), 12, '0'), 32, '0')::uuid;
$$;

CREATE OR REPLACE FUNCTION yizhan.first_event_id(day date)
RETURNS uuid
LANGUAGE sql
IMMUTABLE
AS $$
    SELECT yizhan.first_event_id(day::timestamp AT TIME ZONE 'Asia/Shanghai');
$$;
