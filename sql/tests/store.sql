BEGIN;
\ir fixture/teahouse.psql
SELECT plan(28);

SELECT results_eq(
    $$SELECT * FROM test.store('A1', '{erp,audit}') AS (event_id uuid, endpoint_id integer, leased boolean)
        ORDER BY endpoint_id$$,
    $$VALUES (test.event('A1'), test.endpoint('erp'), true), (test.event('A1'), test.endpoint('audit'), true)$$,
    'a new event returns each of its deliveries');
SELECT results_eq(
    $$SELECT app_id, order_no COLLATE "default", type, convert_from(body, 'UTF8') COLLATE "default",
        reply_endpoint_id FROM yizhan.event$$,
    $$VALUES (test.app('rrx'), 'A1', 'goods.issue', 'body of A1', test.endpoint('erp'))$$,
    'the event is kept as it came');
SELECT results_eq(
    $$SELECT attempt::integer, token, lease_owner, order_key IS NULL FROM yizhan.outbox$$,
    $$VALUES (1, 1::bigint, 1, true), (1, 1::bigint, 1, true)$$,
    'a delivery is born with its first attempt leased');
SELECT ok(
    bool_and(lease_until BETWEEN clock_timestamp() + interval '10 seconds' AND clock_timestamp() + interval '15 seconds'),
    'the lease is as long as was asked')
FROM yizhan.outbox;

SELECT is_empty(
    $$SELECT * FROM test.store('A1') AS (event_id uuid, endpoint_id integer, leased boolean)$$,
    'an event that is sent again later is not among what is returned');
SELECT is((SELECT count(*) FROM yizhan.outbox), 2::bigint, 'a repeat adds no delivery');

-- One batch with an order twice, with other content the second time, and a new one.
CREATE TEMP TABLE batch AS
SELECT s.*
FROM yizhan.store(
    1, ARRAY[md5('first')::uuid, md5('second')::uuid, test.event('B2')], array_fill(test.app('rrx'), '{3}'),
    '{B1,B1,B2}', '{"","",""}', array_fill('goods.issue'::text, '{3}'), '{one,two,one}'::bytea[],
    '{one,two,one}'::bytea[], array_fill(test.endpoint('erp'), '{3}'), array_fill(NULL::text, '{3}'),
    ARRAY[md5('first')::uuid, md5('second')::uuid, test.event('B2')], array_fill(test.endpoint('erp'), '{3}'),
    array_fill(interval '15 seconds', '{3}'), '{f,f,f}', '{f,f,f}', '{NULL,NULL,NULL}') AS s;
SELECT set_eq(
    'SELECT event_id FROM batch', $$VALUES (md5('first')::uuid), (test.event('B2'))$$,
    'of an order that is twice in one batch the first is stored');
SELECT results_eq(
    $$SELECT convert_from(body, 'UTF8') COLLATE "default" FROM yizhan.event WHERE order_no = 'B1'$$, $$VALUES ('one')$$,
    'a conflicting second overwrites nothing');

SELECT isnt_empty(
    $$SELECT * FROM test.store('A1', app => 'alliance') AS (event_id uuid, endpoint_id integer, leased boolean)$$,
    'the same order_no of another app is another event');
SELECT isnt_empty(
    $$SELECT * FROM test.store('A1', dedupe_key => 'paid') AS (event_id uuid, endpoint_id integer, leased boolean)$$,
    'the same order_no with another dedupe key is another event');

SELECT results_eq(
    $$SELECT leased FROM test.store('C1', lease => NULL) AS (event_id uuid, endpoint_id integer, leased boolean)$$,
    'VALUES (false)', 'a delivery without a lease waits for the claimer');
SELECT results_eq(
    $$SELECT attempt::integer, token, lease_until, lease_owner FROM yizhan.outbox WHERE event_id = test.event('C1')$$,
    'VALUES (0, 0::bigint, NULL::timestamptz, NULL::integer)', 'an unleased delivery has had no attempt');

-- Ordered endpoints.
SELECT results_eq(
    $$SELECT leased FROM test.store('D1', '{till}') AS (event_id uuid, endpoint_id integer, leased boolean)$$,
    'VALUES (true)', 'the first event of an order is leased on an ordered endpoint');
SELECT results_eq(
    $$SELECT endpoint_id, leased
        FROM test.store('D1', '{till,erp}', dedupe_key => '2') AS (event_id uuid, endpoint_id integer, leased boolean)
        ORDER BY leased$$,
    $$VALUES (test.endpoint('till'), false), (test.endpoint('erp'), true)$$,
    'while it is open, the second waits on the ordered endpoint alone');
SELECT results_eq(
    $$SELECT leased FROM test.store('D2', '{till}') AS (event_id uuid, endpoint_id integer, leased boolean)$$,
    'VALUES (true)', 'another order does not wait');
SELECT results_eq(
    $$SELECT leased FROM test.store('D1', '{till}', app => 'alliance')
        AS (event_id uuid, endpoint_id integer, leased boolean)$$,
    'VALUES (true)', 'nor does the same order_no of another app');

CREATE TEMP TABLE ordered_batch AS
SELECT s.*
FROM yizhan.store(
    1, ARRAY[test.event('E1', dedupe_key => '1'), test.event('E1', dedupe_key => '2')],
    array_fill(test.app('rrx'), '{2}'), '{E1,E1}', '{1,2}', '{t,t}', '{b,b}'::bytea[], '{f,f}'::bytea[],
    array_fill(test.endpoint('till'), '{2}'), '{NULL,NULL}',
    ARRAY[test.event('E1', dedupe_key => '1'), test.event('E1', dedupe_key => '2')],
    array_fill(test.endpoint('till'), '{2}'), array_fill(interval '15 seconds', '{2}'), '{t,t}', '{f,f}', '{NULL,NULL}') AS s;
SELECT set_eq(
    'SELECT event_id, leased FROM ordered_batch',
    $$VALUES (test.event('E1', dedupe_key => '1'), true), (test.event('E1', dedupe_key => '2'), false)$$,
    'the second event of an order waits also within one batch');
SELECT results_eq(
    $$SELECT e.dedupe_key COLLATE "default" FROM yizhan.event AS e WHERE e.order_no = 'E1' ORDER BY e.seq$$,
    $$VALUES ('1'), ('2')$$, 'seq follows the order of the batch');
SELECT is(
    (SELECT count(*) FROM yizhan.outbox AS q JOIN yizhan.event AS e ON e.id = q.event_id WHERE q.seq <> e.seq),
    0::bigint, 'a delivery has the seq of its event');
SELECT is(
    (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()), 4::bigint,
    'each order of an ordered endpoint is locked until the end of the transaction');

-- Orders of an app whose events are ordered wherever they go, and may come in two ways: pushed, or found in a list.
SELECT results_eq(
    $$SELECT leased FROM test.store('F1', dedupe_key => '1/push', ordered => true, known_prefix => '1/list')
        AS (event_id uuid, endpoint_id integer, leased boolean)$$,
    'VALUES (true)', 'an order is ordered also on an endpoint that is not');
SELECT results_eq(
    $$SELECT order_key COLLATE "default" FROM yizhan.outbox WHERE event_id = test.event('F1', dedupe_key => '1/push')$$,
    $$VALUES ('F1')$$, 'and so is its delivery');
SELECT is_empty(
    $$SELECT * FROM test.store('F1', dedupe_key => '1/list', ordered => true, known_prefix => '1/')
        AS (event_id uuid, endpoint_id integer, leased boolean)$$,
    'what was pushed is known when it is found in the list');
SELECT isnt_empty(
    $$SELECT * FROM test.store('F1', dedupe_key => '8/list', ordered => true, known_prefix => '8/')
        AS (event_id uuid, endpoint_id integer, leased boolean)$$,
    'another status is another event');
SELECT is_empty(
    $$SELECT * FROM test.store('F1', dedupe_key => '8/push', ordered => true, known_prefix => '8/list')
        AS (event_id uuid, endpoint_id integer, leased boolean)$$,
    'what was found in the list is known when it is pushed');
SELECT isnt_empty(
    $$SELECT * FROM test.store('F1', dedupe_key => '1/push again', ordered => true, known_prefix => '1/list')
        AS (event_id uuid, endpoint_id integer, leased boolean)$$,
    'another content of a push is another event');
SELECT results_eq(
    $$SELECT s.event_id FROM yizhan.store(
        1, ARRAY[md5('F2 push')::uuid, md5('F2 list')::uuid], array_fill(test.app('rrx'), '{2}'), '{F2,F2}',
        '{1/push,1/list}', '{t,t}', '{b,b}'::bytea[], '{f,g}'::bytea[], array_fill(test.endpoint('erp'), '{2}'),
        '{NULL,NULL}', ARRAY[md5('F2 push')::uuid, md5('F2 list')::uuid], array_fill(test.endpoint('erp'), '{2}'),
        array_fill(interval '15 seconds', '{2}'), '{t,t}', '{t,t}', '{1/list,1/}') AS s$$,
    $$VALUES (md5('F2 push')::uuid)$$, 'in one batch the first of the two is stored');

-- The plan was made while the outbox was empty.
INSERT INTO yizhan.outbox (event_id, endpoint_id, app_id, seq, order_key)
SELECT test.event('P' || n), test.endpoint('till'), test.app('rrx'), n, 'P' || n FROM generate_series(1, 1000) AS n;
SELECT cmp_ok(
    test.rows_read_by(
        $$SELECT count(*) FROM test.store('Q1', '{till}') AS (event_id uuid, endpoint_id integer, leased boolean)$$),
    '<=', 2::bigint, 'an event of an ordered order is stored without reading the others'' deliveries');

SELECT * FROM finish();
ROLLBACK;
