-- The Beijing day on which an event came, by its id: a version 7 UUID starts with the milliseconds since 1970.
CREATE OR REPLACE FUNCTION yizhan.event_day(event_id uuid)
RETURNS date
LANGUAGE sql
IMMUTABLE
AS $$
    SELECT (
        to_timestamp(('x' || encode(substr(uuid_send(event_id), 1, 6), 'hex'))::bit(48)::bigint / 1000::float8)
        AT TIME ZONE 'Asia/Shanghai'
    )::date;
$$;
