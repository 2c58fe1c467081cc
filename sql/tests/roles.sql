BEGIN;
\ir fixture/teahouse.psql
SELECT plan(36);

SELECT set_eq(
    $$SELECT c.relname::text, p.privilege
        FROM pg_class AS c,
            unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) AS p (privilege)
        WHERE c.relnamespace = 'yizhan'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'p', 'f')
            AND has_table_privilege('yizhan_ops', c.oid, p.privilege)$$,
    $$VALUES ('backlog', 'SELECT'), ('dead_letters', 'SELECT'), ('ops_log', 'SELECT'), ('reconciliation', 'SELECT'),
        ('rejection', 'SELECT'), ('throughput', 'SELECT'), ('unsettled', 'SELECT')$$,
    'operators read these and no other table, and write none');
SELECT is_empty(
    $$SELECT a.attrelid::regclass, a.attname
        FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
        WHERE c.relnamespace = 'yizhan'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> 'ops_log'
            AND a.attnum > 0 AND NOT a.attisdropped
            AND has_column_privilege('yizhan_ops', a.attrelid, a.attnum, 'SELECT, INSERT, UPDATE, REFERENCES')$$,
    'nor a single column');
SELECT is_empty(
    $$SELECT s.sequencename FROM pg_sequences AS s
        WHERE s.schemaname = 'yizhan'
            AND has_sequence_privilege(
                'yizhan_ops', format('%I.%I', s.schemaname, s.sequencename), 'USAGE, SELECT, UPDATE')$$,
    'nor a sequence');
SELECT set_eq(
    $$SELECT p.proname::text || '(' || pg_get_function_identity_arguments(p.oid) || ')' FROM pg_proc AS p
        WHERE p.pronamespace = 'yizhan'::regnamespace AND has_function_privilege('yizhan_ops', p.oid, 'EXECUTE')$$,
    $$VALUES ('requeue(order_no text, app text, endpoint text)'),
        ('requeue_settled(state text, endpoint text, since timestamp with time zone, '
            || 'until timestamp with time zone, max_rows integer, spread interval, dry_run boolean)'), ('cancel(order_no text, app text, reason text)'),
        ('pause(endpoint text, reason text)'), ('resume(endpoint text)'), ('trace(order_no text, app text)'),
        ('first_event_id(moment timestamp with time zone)'), ('first_event_id(day date)')$$,
    'operators call these functions and no other');
SELECT is_empty(
    $$SELECT p.oid::regprocedure FROM pg_proc AS p CROSS JOIN LATERAL aclexplode(coalesce(
            p.proacl, acldefault('f', p.proowner))) AS a
        WHERE p.pronamespace = 'yizhan'::regnamespace AND a.grantee = 0$$,
    'nobody calls a function just because he is there');
SELECT is(
    has_schema_privilege('yizhan_ops', 'yizhan', 'CREATE') OR has_schema_privilege('yizhan_relay', 'yizhan', 'CREATE'),
    false, 'neither role makes objects in the schema');
SELECT is_empty(
    $$SELECT p.oid::regprocedure FROM pg_proc AS p
        WHERE p.pronamespace = 'yizhan'::regnamespace AND p.prosecdef
            AND p.proconfig[1] IS DISTINCT FROM 'search_path=pg_catalog, pg_temp'$$,
    'what runs with its owner''s rights has a search path of its own, temporary objects last');
SELECT set_eq(
    $$SELECT p.proname::text FROM pg_proc AS p WHERE p.pronamespace = 'yizhan'::regnamespace AND p.prosecdef$$,
    $$VALUES ('requeue'), ('requeue_settled'), ('cancel'), ('pause'), ('resume'), ('trace')$$,
    'nothing runs with its owner''s rights but what operators call');
SELECT is_empty(
    $$SELECT c.relname, p.privilege
        FROM pg_class AS c, unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) AS p (privilege)
        WHERE c.relnamespace = 'yizhan'::regnamespace AND c.relkind IN ('r', 'v')
            AND NOT has_table_privilege('yizhan_relay', c.oid, p.privilege)$$,
    'a relay reads and writes every table');
SELECT is_empty(
    $$SELECT p.oid::regprocedure FROM pg_proc AS p
        WHERE p.pronamespace = 'yizhan'::regnamespace AND NOT has_function_privilege('yizhan_relay', p.oid,
            'EXECUTE')$$,
    'and calls every function');

-- What a relay does, as a relay.
GRANT USAGE ON SCHEMA test TO yizhan_relay, yizhan_ops;
SET LOCAL ROLE yizhan_relay;
SELECT isnt_empty($$SELECT nextval('yizhan.relay_number')$$, 'a relay takes its number');
SELECT isnt_empty(
    $$SELECT * FROM test.store('R1', '{erp,till}') AS (event_id uuid, endpoint_id integer, leased boolean)$$, 'stores');
SELECT is(test.reschedule('R1', 1, '0'), 1::bigint, 'reschedules');
SELECT isnt_empty($$SELECT * FROM test.claim('erp')$$, 'claims');
SELECT is(test.give_back('R1', 2), 1::bigint, 'gives back');
SELECT isnt_empty($$SELECT * FROM test.claim('erp')$$, 'claims again');
SELECT is(test.settle('R1', 3, 'exhausted'), 1::bigint, 'settles');
SELECT isnt_empty(
    $$SELECT * FROM yizhan.recall(ARRAY[test.app('rrx')], '{R1}', '{""}', '{fingerprint}'::bytea[], '{NULL}')$$, 'recalls');
SELECT is(yizhan.ask_again(test.event('R1'), test.endpoint('erp')), true, 'puts back what is asked for again');
SELECT lives_ok($$SELECT yizhan.pause_endpoint(test.endpoint('audit'), 'gone')$$, 'and pauses');
SELECT isnt_empty(
    $$SELECT l.renewal FROM yizhan.look_for_token(1, 'https://example.com', 'client', 'shop', 0, '15 s') AS l
        WHERE l.renewal = 1$$, 'begins to renew an access token');
SELECT is(
    yizhan.keep_token('https://example.com', 'client', 'shop', 1, 'sealed', '9 s', '10 s'), 1::bigint, 'and keeps it');
RESET ROLE;

-- An operator who means harm: objects of his own in front of everything that the functions use.
CREATE SCHEMA hostile;
GRANT CREATE, USAGE ON SCHEMA hostile TO yizhan_ops;
SET LOCAL ROLE yizhan_ops;
CREATE FUNCTION hostile.taken() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'hijacked';
END
$$;
CREATE FUNCTION hostile.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS 'SELECT hostile.taken()::timestamptz';
CREATE FUNCTION hostile.pg_notify(text, text) RETURNS void LANGUAGE sql AS 'SELECT hostile.taken()';
CREATE FUNCTION hostile.same(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT hostile.taken() IS NULL';
CREATE OPERATOR hostile.= (FUNCTION = hostile.same, LEFTARG = text, RIGHTARG = text);
CREATE TEMP TABLE outbox (event_id uuid, endpoint_id integer, token bigint);
CREATE TEMP TABLE event (id uuid, order_no text);
CREATE TEMP TABLE endpoint (id integer, name text);
SET LOCAL search_path = pg_temp, hostile, pg_catalog;
CREATE TEMP TABLE traced AS SELECT what FROM yizhan.trace('R1');
CREATE TEMP TABLE requeued AS SELECT endpoint FROM yizhan.requeue('R1');
CREATE TEMP TABLE cancelled AS SELECT endpoint FROM yizhan.cancel('R1');
SELECT yizhan.pause('erp') \g /dev/null
SELECT yizhan.resume('erp') \g /dev/null
SET LOCAL search_path = public;
SELECT is(count(*), 6::bigint, 'trace finds what it looks for') FROM pg_temp.traced;
SELECT set_eq('SELECT endpoint FROM pg_temp.requeued', $$VALUES ('erp'), ('till')$$, 'so does requeue');
SELECT set_eq('SELECT endpoint FROM pg_temp.cancelled', $$VALUES ('erp'), ('till')$$, 'so does cancel');
SELECT is(
    (SELECT count(*) FROM yizhan.ops_log WHERE who = session_user AND action IN ('requeue', 'cancel', 'resume')),
    3::bigint, 'and all is logged under the name of the session');

SELECT lives_ok(
    $$DO $every$
    DECLARE
        view regclass;
    BEGIN
        FOR view IN
            SELECT c.oid FROM pg_class AS c WHERE c.relnamespace = 'yizhan'::regnamespace AND c.relkind = 'v'
        LOOP
            EXECUTE format('SELECT * FROM %s', view);
        END LOOP;
    END
    $every$;$$,
    'an operator reads every view, and calls what the view calls');
SELECT throws_ok('SELECT sealed_secrets FROM yizhan.app', '42501', NULL, 'an operator reads no secret');
SELECT throws_ok(
    'SELECT sealed_link FROM yizhan.shop_authorization', '42501', NULL, 'nor the link to a shop''s vouchers, sealed or not');
SELECT throws_ok('SELECT sealed_token FROM yizhan.access_token', '42501', NULL, 'nor an access token');
SELECT throws_ok('SELECT body FROM yizhan.event', '42501', NULL, 'nor an event');
SELECT throws_ok('DELETE FROM yizhan.ops_log', '42501', NULL, 'nor clears what he did');
SELECT throws_ok('UPDATE yizhan.outbox SET due_at = now()', '42501', NULL, 'nor writes the outbox');
SELECT throws_ok(
    format('SELECT yizhan.reopen(ARRAY[%L::uuid], ARRAY[1], ARRAY[interval ''0''])', md5('R1')::uuid), '42501', NULL, 'nor goes round the log');
SELECT throws_ok($$SELECT yizhan.pause_endpoint(1, 'x')$$, '42501', NULL, 'in any way');
SELECT throws_ok('SELECT yizhan.configuration_changed()', '42501', NULL, 'at all');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
