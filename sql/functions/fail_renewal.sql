-- Ends a renewal of an access token without one. The next may begin at once where nothing was asked (`is_failure` false),
-- and otherwise after 1 s, twice as long with each failure, up to a minute. Returns whether the renewal was the latest.
CREATE OR REPLACE FUNCTION yizhan.fail_renewal(
    base_url text, client_id text, grant_id text, renewal bigint, is_failure boolean
)
RETURNS boolean
LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
BEGIN
    UPDATE yizhan.access_token AS t
    SET
        renewal_until = NULL, renewal_owner = NULL,
        failures = CASE WHEN is_failure THEN least(t.failures + 1, 30) ELSE t.failures END,
        not_before = CASE WHEN is_failure
            THEN clock_timestamp() + least(interval '1 second' * 2 ^ t.failures, interval '1 minute') END
    WHERE t.base_url = base_url AND t.client_id = client_id AND t.grant_id = grant_id AND t.renewal = renewal
        AND t.renewal_until IS NOT NULL;
    RETURN FOUND;
END
$$;
