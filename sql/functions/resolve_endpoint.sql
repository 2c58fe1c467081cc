-- An endpoint by its name; an unknown one is an error that says what there is.
CREATE OR REPLACE FUNCTION yizhan.resolve_endpoint(wanted_endpoint text)
RETURNS integer
LANGUAGE plpgsql
STABLE
AS $$
DECLARE
    found_id integer;
    known_names text[];
BEGIN
    SELECT p.id INTO found_id FROM yizhan.endpoint AS p WHERE p.name = wanted_endpoint AND p.removed_at IS NULL;
    IF FOUND THEN
        RETURN found_id;
    END IF;
    SELECT array_agg(p.name) INTO known_names
    FROM yizhan.endpoint AS p
    WHERE p.removed_at IS NULL;
    RAISE EXCEPTION 'there is no endpoint %', quote_literal(wanted_endpoint)
        USING ERRCODE = 'undefined_object', HINT = yizhan.suggestion('Endpoints', wanted_endpoint, known_names);
END
$$;
