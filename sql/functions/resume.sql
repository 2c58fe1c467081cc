-- Lets deliveries to a paused endpoint go on.
CREATE OR REPLACE FUNCTION yizhan.resume(endpoint text)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wanted_endpoint integer := yizhan.resolve_endpoint($1);
    rows bigint;
BEGIN
    -- First, as apply does: whoever changes the configuration locks its one row before any other.
    PERFORM yizhan.configuration_changed();
    UPDATE yizhan.endpoint AS p
    SET paused_at = NULL, paused_reason = NULL
    WHERE p.id = wanted_endpoint AND p.paused_at IS NOT NULL;
    GET DIAGNOSTICS rows = ROW_COUNT;
    INSERT INTO yizhan.ops_log (action, arguments, row_count)
    VALUES ('resume', jsonb_build_object('endpoint', $1), rows);
END
$$;
