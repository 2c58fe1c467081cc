-- Stops deliveries to an endpoint: events are still accepted, and wait. What is in flight ends as it ends.
CREATE OR REPLACE FUNCTION yizhan.pause(endpoint text, reason text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM yizhan.pause_endpoint(yizhan.resolve_endpoint($1), $2);
END
$$;
