-- Two roles to grant to logins. `yizhan_relay` is what a relay needs; `yizhan_ops` is what an operator may do, and
-- reaches no secret and writes no table. Roles belong to the whole server, so they may be there already; a database
-- user that may not create roles gets a warning and a schema without them.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'yizhan_relay') THEN
        CREATE ROLE yizhan_relay NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'yizhan_ops') THEN
        CREATE ROLE yizhan_ops NOLOGIN;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN
        NULL; -- Another database of this server is being migrated at this moment.
    WHEN insufficient_privilege THEN
        RAISE WARNING 'the roles yizhan_relay and yizhan_ops are missing, and % may not create them', current_user
            USING HINT = 'Let a superuser create both, then run yizhan migrate again.';
END
$$;

REVOKE ALL ON SCHEMA yizhan FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA yizhan FROM PUBLIC;

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'yizhan_relay') THEN
        GRANT USAGE ON SCHEMA yizhan TO yizhan_relay;
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA yizhan TO yizhan_relay;
        GRANT USAGE ON ALL SEQUENCES IN SCHEMA yizhan TO yizhan_relay;
        GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA yizhan TO yizhan_relay;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'yizhan_ops') THEN
        REVOKE ALL ON ALL TABLES IN SCHEMA yizhan FROM yizhan_ops;
        REVOKE ALL ON ALL FUNCTIONS IN SCHEMA yizhan FROM yizhan_ops;
        GRANT USAGE ON SCHEMA yizhan TO yizhan_ops;
        GRANT SELECT ON
            yizhan.backlog, yizhan.dead_letters, yizhan.ops_log, yizhan.reconciliation, yizhan.rejection,
            yizhan.throughput, yizhan.unsettled
        TO yizhan_ops;
        GRANT EXECUTE ON FUNCTION
            yizhan.requeue(text, text, text),
            yizhan.requeue_settled(text, text, timestamptz, timestamptz, integer, interval, boolean),
            yizhan.cancel(text, text, text),
            yizhan.pause(text, text),
            yizhan.resume(text),
            yizhan.trace(text, text),
            -- A view calls functions as its reader.
            yizhan.first_event_id(timestamptz),
            yizhan.first_event_id(date)
        TO yizhan_ops;
    END IF;
END
$$;
