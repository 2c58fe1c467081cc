-- Delivers settled deliveries again in bulk: the oldest first, at most `max_rows` of them, their due times spread evenly over
-- an interval so that a merchant who is back is not called for all of them at once. Returns how many; a dry run returns how
-- many it would be, and changes nothing.
CREATE OR REPLACE FUNCTION yizhan.requeue_settled(
    state text, endpoint text DEFAULT NULL, since timestamptz DEFAULT NULL, until timestamptz DEFAULT NULL,
    max_rows integer DEFAULT 1000, spread interval DEFAULT '0', dry_run boolean DEFAULT false
)
RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- The state decides whether the index of the dead serves; its order ends at the limit, sorting reads all of them first.
SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
AS $$
#variable_conflict use_column
DECLARE
    wanted_state text := $1;
    wanted_endpoint integer := CASE WHEN $2 IS NOT NULL THEN yizhan.resolve_endpoint($2) END;
    earliest timestamptz := coalesce($3, '-infinity');
    latest timestamptz := coalesce($4, 'infinity');
    states text[] := '{cancelled,delivered,exhausted,expired,refused}';
    found_events uuid[];
    found_endpoints integer[];
    rows bigint;
BEGIN
    IF wanted_state IS NULL OR wanted_state <> ALL (states) THEN
        RAISE EXCEPTION 'there is no state %', coalesce(quote_literal(wanted_state), 'NULL')
            USING ERRCODE = 'invalid_parameter_value', HINT = yizhan.suggestion('States', wanted_state, states);
    END IF;
    IF max_rows IS NULL OR max_rows < 1 THEN
        RAISE EXCEPTION 'max_rows is %, and has to be at least 1', coalesce(max_rows::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF spread IS NULL OR spread < interval '0' THEN
        RAISE EXCEPTION 'spread is %, and cannot be less than nothing', coalesce(spread::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value';
    END IF;

    IF dry_run THEN
        RETURN (
            SELECT least(count(*), max_rows)
            FROM yizhan.outcome AS o
            WHERE o.state = wanted_state AND o.settled_at >= earliest AND o.settled_at <= latest
                AND (wanted_endpoint IS NULL OR o.endpoint_id = wanted_endpoint)
                AND EXISTS (SELECT FROM yizhan.endpoint AS p WHERE p.id = o.endpoint_id AND p.removed_at IS NULL));
    END IF;

    SELECT
        array_agg(f.event_id ORDER BY f.settled_at, f.event_id), array_agg(f.endpoint_id ORDER BY f.settled_at, f.event_id)
    INTO found_events, found_endpoints
    FROM (
        SELECT o.event_id, o.endpoint_id, o.settled_at
        FROM yizhan.outcome AS o
        WHERE o.state = wanted_state AND o.settled_at >= earliest AND o.settled_at <= latest
            AND (wanted_endpoint IS NULL OR o.endpoint_id = wanted_endpoint)
            AND EXISTS (SELECT FROM yizhan.endpoint AS p WHERE p.id = o.endpoint_id AND p.removed_at IS NULL)
        ORDER BY o.settled_at
        LIMIT max_rows
        -- What another requeues at this moment is not there any more.
        FOR UPDATE SKIP LOCKED
    ) AS f;
    rows := coalesce(cardinality(found_events), 0);

    PERFORM yizhan.reopen(
        found_events, found_endpoints,
        ARRAY(SELECT spread * ((n - 1)::float8 / greatest(rows, 1)) FROM generate_series(1, rows) AS n))
    WHERE rows > 0;
    INSERT INTO yizhan.ops_log (action, arguments, row_count)
    VALUES (
        'requeue_settled',
        jsonb_build_object(
            'state', $1, 'endpoint', $2, 'since', $3, 'until', $4, 'max_rows', $5, 'spread', $6), rows);
    PERFORM yizhan.wake_relays('work');
    RETURN rows;
END
$$;
