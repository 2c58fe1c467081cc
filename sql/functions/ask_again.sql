-- A platform sends an order again whose delivery is `exhausted` or `expired`: it wants the goods after all, so the
-- delivery goes back into the outbox, at most once a minute, and unless its endpoint is removed. Returns whether it did.
CREATE OR REPLACE FUNCTION yizhan.ask_again(event_id uuid, endpoint_id integer)
RETURNS boolean
LANGUAGE plpgsql
-- As in yizhan.requeue.
SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off
AS $$
#variable_conflict use_variable
DECLARE
    settled yizhan.outcome;
BEGIN
    -- The lock makes the second of two repeats wait and then find nothing to do.
    SELECT o.* INTO settled
    FROM yizhan.outcome AS o
    WHERE o.event_id = event_id AND o.endpoint_id = endpoint_id
        AND o.state IN ('exhausted', 'expired')
        AND (o.requeued_at IS NULL OR o.requeued_at < clock_timestamp() - interval '1 minute')
        AND EXISTS (SELECT FROM yizhan.endpoint AS p WHERE p.id = o.endpoint_id AND p.removed_at IS NULL)
    FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM yizhan.reopen(ARRAY[event_id], ARRAY[endpoint_id], ARRAY[interval '0']);
    PERFORM yizhan.wake_relays('work');
    RETURN true;
END
$$;
