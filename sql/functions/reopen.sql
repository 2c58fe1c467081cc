-- Puts one settled delivery back into the outbox, due now and its retry schedule anew, and returns the state that it
-- had; NULL if it is not settled. What its last attempt was goes to the attempts. The token is past the one that
-- settled it, so that a late or repeated report of the earlier life cannot settle this one.
CREATE OR REPLACE FUNCTION yizhan.reopen(event_id uuid, endpoint_id integer, due_in interval DEFAULT '0')
RETURNS text
LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
    settled yizhan.outcome;
BEGIN
    DELETE FROM yizhan.outcome AS o
    WHERE o.event_id = event_id AND o.endpoint_id = endpoint_id
    RETURNING * INTO settled;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;

    INSERT INTO yizhan.attempt (
        event_id, endpoint_id, token, attempt, relay, started_at, took_ms, http_status, result, reason, answer_start,
        next_due_at, recorded_at)
    VALUES (
        settled.event_id, settled.endpoint_id, settled.token, settled.attempts, settled.relay, settled.started_at,
        settled.took_ms, settled.http_status, settled.state, settled.reason, settled.answer_start,
        clock_timestamp() + due_in, settled.settled_at);

    INSERT INTO yizhan.outbox (
        event_id, endpoint_id, app_id, seq, due_at, attempt, token, opened_at, requeued_at, order_key)
    SELECT
        e.id, settled.endpoint_id, e.app_id, e.seq, clock_timestamp() + due_in, 0, settled.token + 1,
        clock_timestamp(), clock_timestamp(), CASE WHEN p.ordered OR e.ordered THEN e.order_no END
    FROM yizhan.event AS e
    JOIN yizhan.endpoint AS p ON p.id = settled.endpoint_id
    WHERE e.id = settled.event_id;

    RETURN settled.state;
END
$$;
