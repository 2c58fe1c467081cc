-- The app that an order_no belongs to. An order that no app has, or more than one when none was named, is an error
-- that says what there is.
CREATE OR REPLACE FUNCTION yizhan.resolve_app(wanted_order text, wanted_app text)
RETURNS integer
LANGUAGE plpgsql
STABLE
-- As in yizhan.requeue.
SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off
AS $$
DECLARE
    found_ids integer[];
    found_names text;
    known_names text[];
BEGIN
    SELECT array_agg(DISTINCT e.app_id), string_agg(DISTINCT a.name, ', ' ORDER BY a.name)
    INTO found_ids, found_names
    FROM yizhan.event AS e
    JOIN yizhan.app AS a ON a.id = e.app_id
    WHERE e.order_no = wanted_order AND (wanted_app IS NULL OR a.name = wanted_app);

    IF cardinality(found_ids) = 1 THEN
        RETURN found_ids[1];
    END IF;
    IF cardinality(found_ids) > 1 THEN
        RAISE EXCEPTION 'order % is known to more than one app: %', wanted_order, found_names
            USING ERRCODE = 'cardinality_violation', HINT = 'Name the app as well.';
    END IF;

    SELECT array_agg(a.name) INTO known_names FROM yizhan.app AS a WHERE a.id > 0;
    IF wanted_app IS NOT NULL AND NOT EXISTS (SELECT FROM yizhan.app AS a WHERE a.name = wanted_app) THEN
        RAISE EXCEPTION 'there is no app %', quote_literal(wanted_app)
            USING ERRCODE = 'undefined_object', HINT = yizhan.suggestion('Apps', wanted_app, known_names);
    END IF;
    RAISE EXCEPTION 'order % is not known%', wanted_order, coalesce(' to app ' || quote_literal(wanted_app), '')
        USING ERRCODE = 'no_data_found',
        HINT = 'A call that was refused leaves no order here: yizhan.rejection may have it.';
END
$$;
