-- Ends deliveries that grew too old while they could not go out: because a quota is used up, or a breaker is open. Those of
-- other endpoints end when they are claimed, and those of paused ones once they are resumed. Reads all that is due for such
-- endpoints, and ends at most `max_rows`; returns how many.
CREATE OR REPLACE FUNCTION yizhan.expire_held(relay integer, max_rows integer)
RETURNS bigint
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_bitmapscan = off
AS $$
DECLARE
    old_events uuid[];
    old_endpoints integer[];
    old_tokens bigint[];
    reasons text[];
    filler text[];
BEGIN
    -- Of relays that are dead.
    DELETE FROM yizhan.endpoint_breaker AS b WHERE b.said_at < clock_timestamp() - interval '2 minutes';
    SELECT array_agg(f.event_id), array_agg(f.endpoint_id), array_agg(f.token), array_agg(f.reason)
    INTO old_events, old_endpoints, old_tokens, reasons
    FROM (
        SELECT
            q.event_id, q.endpoint_id, q.token,
            format('still undelivered after %s', p.expire_after) AS reason
        FROM yizhan.endpoint AS p
        JOIN yizhan.outbox AS q ON q.endpoint_id = p.id
        WHERE p.paused_at IS NULL
            AND (p.daily_quota IS NOT NULL
                OR EXISTS (SELECT FROM yizhan.endpoint_breaker AS b WHERE b.endpoint_id = p.id))
            AND q.due_at <= statement_timestamp()
            AND q.opened_at <= clock_timestamp() - p.expire_after
            AND (q.lease_until IS NULL OR q.lease_until < clock_timestamp())
        LIMIT max_rows
        FOR NO KEY UPDATE OF q SKIP LOCKED
    ) AS f;
    IF old_events IS NULL THEN
        RETURN 0;
    END IF;
    filler := array_fill(NULL::text, ARRAY[cardinality(old_events)]);
    RETURN (
        SELECT count(*)
        FROM yizhan.settle(
            relay, old_events, old_endpoints, old_tokens, array_fill('expired'::text, ARRAY[cardinality(old_events)]),
            filler::interval[], filler::integer[], filler::integer[], reasons, filler, filler::bytea[], filler));
END
$$;
