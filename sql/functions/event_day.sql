-- The Beijing day on which an event came, by its id: a version 7 UUID starts with the milliseconds since 1970. Beijing is
-- eight hours ahead all year, and adding them costs half of what a look at the time zones does.
CREATE OR REPLACE FUNCTION yizhan.event_day(event_id uuid)
RETURNS date
LANGUAGE sql
IMMUTABLE
AS $$
    SELECT date '1970-01-01' + (
        (('x' || encode(substr(uuid_send(event_id), 1, 6), 'hex'))::bit(48)::bigint + 8 * 3600000) / 86400000
    )::integer;
$$;
