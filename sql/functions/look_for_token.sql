-- Finds a grant's access token, and gives the right to renew it to one relay at a time: where the token is expired or
-- near it, or no newer than the one that was refused, and the last renewal did not fail just now. `renewal` is NULL for
-- everybody else.
CREATE OR REPLACE FUNCTION yizhan.look_for_token(
    relay integer, base_url text, client_id text, grant_id text, refused_version bigint, lease interval
)
RETURNS TABLE (
    sealed_token bytea, version bigint, renew_in interval, usable_for interval, renewal bigint, not_before_in interval,
    at_ms bigint
)
LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
    stored yizhan.access_token;
    is_usable boolean;
BEGIN
    SELECT t.* INTO stored FROM yizhan.access_token AS t
    WHERE t.base_url = base_url AND t.client_id = client_id AND t.grant_id = grant_id;
    is_usable := coalesce(stored.version > refused_version AND stored.expires_at > clock_timestamp(), false);
    -- Most look-ups end here, and write and lock nothing.
    IF NOT is_usable OR stored.renew_at <= clock_timestamp() THEN
        INSERT INTO yizhan.access_token AS t (base_url, client_id, grant_id) VALUES (base_url, client_id, grant_id)
        ON CONFLICT ON CONSTRAINT access_token_pkey DO NOTHING;
        SELECT t.* INTO stored FROM yizhan.access_token AS t
        WHERE t.base_url = base_url AND t.client_id = client_id AND t.grant_id = grant_id
        FOR UPDATE;
        -- Another renewal may have ended while this one waited for the lock.
        is_usable := coalesce(stored.version > refused_version AND stored.expires_at > clock_timestamp(), false);
        IF (NOT is_usable OR stored.renew_at <= clock_timestamp())
            AND coalesce(stored.renewal_until <= clock_timestamp(), true)
            AND coalesce(stored.not_before <= clock_timestamp(), true)
        THEN
            UPDATE yizhan.access_token AS t
            SET
                renewal = t.renewal + 1, renewal_until = clock_timestamp() + lease, renewal_owner = relay,
                not_before = NULL
            WHERE t.base_url = base_url AND t.client_id = client_id AND t.grant_id = grant_id
            RETURNING t.renewal INTO renewal;
        END IF;
    END IF;
    IF is_usable THEN
        sealed_token := stored.sealed_token;
        version := stored.version;
        renew_in := stored.renew_at - clock_timestamp();
        usable_for := stored.expires_at - clock_timestamp();
    END IF;
    IF renewal IS NULL AND stored.not_before > clock_timestamp() THEN
        not_before_in := stored.not_before - clock_timestamp();
    END IF;
    at_ms := (extract(epoch FROM clock_timestamp()) * 1000)::bigint;
    RETURN NEXT;
END
$$;
