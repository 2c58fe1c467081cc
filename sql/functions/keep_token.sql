-- Ends a renewal with a new access token and returns its version; NULL if a later renewal has begun meanwhile.
CREATE OR REPLACE FUNCTION yizhan.keep_token(
    base_url text, client_id text, grant_id text, renewal bigint, sealed_token bytea, renewed_after interval,
    usable_for interval
)
RETURNS bigint
LANGUAGE sql
AS $$
    UPDATE yizhan.access_token AS t
    SET
        version = t.version + 1, sealed_token = keep_token.sealed_token, received_at = clock_timestamp(),
        renew_at = clock_timestamp() + keep_token.renewed_after,
        expires_at = clock_timestamp() + keep_token.usable_for,
        renewal_until = NULL, renewal_owner = NULL, failures = 0, not_before = NULL
    WHERE t.base_url = keep_token.base_url AND t.client_id = keep_token.client_id
        AND t.grant_id = keep_token.grant_id AND t.renewal = keep_token.renewal AND t.renewal_until IS NOT NULL
    RETURNING t.version;
$$;
