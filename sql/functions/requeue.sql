-- Delivers an order again: its settled deliveries go back into the outbox, due now, their retry schedule anew. A
-- delivery that is open already is made due now, unless it is in flight.
CREATE OR REPLACE FUNCTION yizhan.requeue(order_no text, app text DEFAULT NULL, endpoint text DEFAULT NULL)
RETURNS SETOF yizhan.requeued
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- A plan from when the tables were small would read all of them: this one is made for each call.
SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
    wanted_order text := $1;
    wanted_app integer := yizhan.resolve_app($1, $2);
    wanted_endpoint integer := CASE WHEN $3 IS NOT NULL THEN yizhan.resolve_endpoint($3) END;
    delivery record;
    previous_state text;
    rows bigint := 0;
BEGIN
    FOR delivery IN
        SELECT d.event_id, d.endpoint_id, p.name, p.removed_at
        FROM (
            SELECT e.seq, e.id AS event_id, o.endpoint_id
            FROM yizhan.event AS e JOIN yizhan.outcome AS o ON o.event_id = e.id
            WHERE e.order_no = wanted_order AND e.app_id = wanted_app
            UNION ALL
            SELECT e.seq, e.id, q.endpoint_id
            FROM yizhan.event AS e JOIN yizhan.outbox AS q ON q.event_id = e.id
            WHERE e.order_no = wanted_order AND e.app_id = wanted_app
        ) AS d
        JOIN yizhan.endpoint AS p ON p.id = d.endpoint_id
        WHERE wanted_endpoint IS NULL OR d.endpoint_id = wanted_endpoint
        ORDER BY d.seq, d.endpoint_id
    LOOP
        IF delivery.removed_at IS NOT NULL THEN
            RAISE EXCEPTION 'endpoint % is removed: nothing delivers to it any more', quote_literal(delivery.name)
                USING ERRCODE = 'object_not_in_prerequisite_state',
                HINT = 'Name another endpoint, or apply a relay.yaml that has this one.';
        END IF;

        previous_state := (
            SELECT r.previous_state
            FROM yizhan.reopen(ARRAY[delivery.event_id], ARRAY[delivery.endpoint_id], ARRAY[interval '0']) AS r);
        IF previous_state IS NULL THEN
            UPDATE yizhan.outbox AS q
            -- What is due already keeps its place.
            SET due_at = least(q.due_at, clock_timestamp())
            WHERE q.event_id = delivery.event_id AND q.endpoint_id = delivery.endpoint_id
                AND (q.lease_until IS NULL OR q.lease_until < clock_timestamp());
            previous_state := CASE WHEN FOUND THEN 'open' ELSE 'in_flight' END;
        END IF;

        rows := rows + 1;
        RETURN NEXT ROW(delivery.event_id, wanted_order, delivery.name, previous_state)::yizhan.requeued;
    END LOOP;

    IF rows = 0 THEN
        RAISE EXCEPTION 'order % has no delivery%', wanted_order, coalesce(' to endpoint ' || quote_literal($3), '')
            USING ERRCODE = 'no_data_found', HINT = 'yizhan.trace shows where its deliveries go.';
    END IF;

    INSERT INTO yizhan.ops_log (action, order_no, app_id, arguments, row_count)
    VALUES ('requeue', wanted_order, wanted_app, jsonb_build_object('app', $2, 'endpoint', $3), rows);
    PERFORM yizhan.wake_relays('work');
END
$$;
