-- Makes every relay read the configuration again.
CREATE OR REPLACE FUNCTION yizhan.configuration_changed()
RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE yizhan.configuration AS c SET version = c.version + 1;
    PERFORM yizhan.wake_relays('configuration');
END
$$;
