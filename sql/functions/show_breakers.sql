-- Writes down which endpoints a relay leaves alone: all of them, each time. Who comes later to an endpoint that others leave
-- alone already has the same time as they.
CREATE OR REPLACE FUNCTION yizhan.show_breakers(
    showing_relay integer, endpoint_ids integer[], open_fors interval[], reasons text[]
)
RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    DELETE FROM yizhan.endpoint_breaker AS b
    WHERE b.relay = showing_relay AND b.endpoint_id <> ALL (endpoint_ids);
    INSERT INTO yizhan.endpoint_breaker AS b (endpoint_id, relay, opened_at, reason)
    SELECT
        i.endpoint_id, showing_relay,
        least(
            clock_timestamp() - i.open_for,
            (SELECT min(o.opened_at) FROM yizhan.endpoint_breaker AS o WHERE o.endpoint_id = i.endpoint_id)),
        i.reason
    FROM unnest(endpoint_ids, open_fors, reasons) AS i (endpoint_id, open_for, reason)
    ON CONFLICT (endpoint_id, relay) DO UPDATE SET reason = excluded.reason, said_at = excluded.said_at;
END
$$;
