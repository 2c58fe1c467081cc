-- Tells running relays, once this transaction is committed, that there is `work`, or that the `configuration` changed.
-- Never called by what stores, settles or claims: a notification takes a lock that the whole database shares.
CREATE OR REPLACE FUNCTION yizhan.wake_relays(what text)
RETURNS void
LANGUAGE sql
AS $$
    SELECT pg_notify('yizhan', what);
$$;
