-- What pausing is, for a person (yizhan.pause) and for a relay whose merchant says that nothing is there any more.
CREATE OR REPLACE FUNCTION yizhan.pause_endpoint(paused_endpoint_id integer, reason text)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    paused_name text;
BEGIN
    -- First, as apply does: whoever changes the configuration locks its one row before any other.
    PERFORM yizhan.configuration_changed();
    UPDATE yizhan.endpoint AS p
    SET paused_at = coalesce(p.paused_at, clock_timestamp()), paused_reason = reason
    WHERE p.id = paused_endpoint_id
    RETURNING p.name INTO paused_name;
    INSERT INTO yizhan.ops_log (action, arguments, row_count)
    VALUES ('pause', jsonb_build_object('endpoint', paused_name, 'reason', reason), 1);
END
$$;
