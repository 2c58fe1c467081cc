BEGIN;
\ir fixture/teahouse.psql
SELECT plan(24);

SELECT * FROM test.store('A1', lease => NULL) AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT * FROM test.store('A2', lease => NULL) AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT * FROM test.store('A3', lease => NULL) AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT * FROM test.store('B1', '{audit}', lease => NULL)
    AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
UPDATE yizhan.outbox SET due_at = now() - interval '3 minutes' WHERE event_id = test.event('A2');
UPDATE yizhan.outbox SET due_at = now() - interval '2 minutes' WHERE event_id = test.event('A3');
UPDATE yizhan.outbox SET due_at = now() - interval '1 minute' WHERE event_id = test.event('A1');

SELECT is_empty(
    $$SELECT * FROM yizhan.claim(1, '15 seconds', '{}', '{}')$$, 'without a free slot nothing is claimed');
SELECT is_empty($$SELECT * FROM test.claim('erp', 0)$$, 'nor is it for a lane that has none');

CREATE TEMP TABLE claimed AS
SELECT * FROM yizhan.claim(
    7, '15 seconds', ARRAY[test.endpoint('erp'), test.endpoint('audit')], ARRAY[2, 5]);
SELECT set_eq(
    $$SELECT event_id, endpoint_id FROM claimed$$,
    $$VALUES (test.event('A2'), test.endpoint('erp')), (test.event('A3'), test.endpoint('erp')),
        (test.event('B1'), test.endpoint('audit'))$$,
    'each lane gets as many as it has slots, the longest due first');
SELECT results_eq(
    $$SELECT attempt, token, app_id, type, order_no, convert_from(body, 'UTF8') COLLATE "default", answers_platform
        FROM claimed WHERE event_id = test.event('A2')$$,
    $$VALUES (1, 1::bigint, test.app('rrx'), 'goods.issue', 'A2', 'body of A2', true)$$,
    'a claim returns the event, the attempt and the token');
SELECT ok(age >= interval '0' AND age < interval '1 minute',
    'and how long it has been in the outbox') FROM claimed LIMIT 1;
SELECT results_eq(
    $$SELECT attempt::integer, token, lease_owner FROM yizhan.outbox WHERE event_id = test.event('A2')$$,
    'VALUES (1, 1::bigint, 7)', 'the lease is written');
SELECT ok(
    lease_until BETWEEN clock_timestamp() + interval '10 seconds' AND clock_timestamp() + interval '15 seconds',
    'the lease is as long as was asked')
FROM yizhan.outbox WHERE event_id = test.event('A2');
SELECT is(due_at, now() - interval '3 minutes', 'a lease leaves due_at alone')
FROM yizhan.outbox WHERE event_id = test.event('A2');

SELECT set_eq(
    $$SELECT order_no FROM test.claim('erp')$$, $$VALUES ('A1')$$, 'what is leased is not claimed again');

SELECT test.let_lease_run_out('A3') \g /dev/null
SELECT results_eq(
    $$SELECT order_no, attempt, token FROM test.claim('erp')$$, $$VALUES ('A3', 2, 2::bigint)$$,
    'a delivery whose lease ran out is claimed with the next attempt and a greater token');

UPDATE yizhan.outbox
SET lease_until = NULL, due_at = clock_timestamp() + interval '1 hour' WHERE event_id = test.event('A3');
SELECT is_empty($$SELECT * FROM test.claim('erp')$$, 'what is due later is not claimed');

UPDATE yizhan.endpoint SET paused_at = now() WHERE name = 'erp';
UPDATE yizhan.outbox SET due_at = now() WHERE event_id = test.event('A3');
SELECT isnt_empty(
    $$SELECT * FROM test.claim('erp')$$, 'a paused endpoint is claimed for whoever asks: not asking is the relay''s part');

-- A copy does not answer the platform.
SELECT * FROM test.store('C1', '{erp,audit}', lease => NULL)
    AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT results_eq(
    $$SELECT c.answers_platform FROM yizhan.claim(1, '15 seconds', ARRAY[test.endpoint('audit')], '{9}') AS c$$,
    'VALUES (false)', 'a copy does not answer the platform');

-- Ordered endpoints.
SELECT * FROM test.store('D1', '{till}', dedupe_key => '1', lease => NULL)
    AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT * FROM test.store('D1', '{till}', dedupe_key => '2')
    AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT * FROM test.store('D2', '{till}', lease => NULL)
    AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
UPDATE yizhan.outbox SET due_at = now() - interval '1 hour' WHERE event_id = test.event('D1', dedupe_key => '2');
SELECT set_eq(
    $$SELECT event_id FROM test.claim('till')$$,
    $$VALUES (test.event('D1', dedupe_key => '1')), (test.event('D2'))$$,
    'the first of an order is claimed, and other orders are, however long the second has been due');
SELECT is_empty($$SELECT * FROM test.claim('till')$$, 'the second waits while the first is in flight');
UPDATE yizhan.outbox
SET lease_until = NULL, due_at = clock_timestamp() + interval '1 hour'
WHERE event_id = test.event('D1', dedupe_key => '1');
SELECT is_empty($$SELECT * FROM test.claim('till')$$, 'and while the first waits for its retry');
SELECT is(test.settle('D1', 1, endpoint => 'till', dedupe_key => '1'), 1::bigint, 'the first is settled');
SELECT results_eq(
    $$SELECT event_id, attempt FROM test.claim('till')$$, $$VALUES (test.event('D1', dedupe_key => '2'), 1)$$,
    'then the second is claimed');

-- Interrupted and given back.
SELECT is(test.give_back('D2', 1, endpoint => 'till'), 1::bigint, 'a lease is given back');
SELECT results_eq(
    $$SELECT attempt, token FROM test.claim('till')$$, 'VALUES (1, 2::bigint)',
    'and the delivery claimed again with the same attempt and a greater token');
SELECT throws_ok(
    $$SELECT * FROM yizhan.claim(1, '15 seconds', '{1}', '{-1}')$$, '2201W', NULL,
    'a negative number of slots is refused');

-- Due in the opposite order of their ids.
SELECT s.* FROM generate_series(1, 6) AS n,
    LATERAL test.store('E' || n, '{audit}', lease => NULL) AS s (event_id uuid, endpoint_id integer, leased boolean)
    \g /dev/null
UPDATE yizhan.outbox AS q
SET due_at = now() - interval '1 hour' * r.rank
FROM (SELECT event_id, row_number() OVER (ORDER BY event_id) AS rank FROM yizhan.outbox WHERE token = 0) AS r
WHERE q.event_id = r.event_id AND q.endpoint_id = test.endpoint('audit');
SELECT set_eq(
    $$SELECT event_id FROM test.claim('audit', 2)$$,
    $$SELECT test.event('E' || n) AS event_id FROM generate_series(1, 6) AS n ORDER BY event_id DESC LIMIT 2$$,
    'the longest due come first, whatever their ids');

-- Those of one to four hours are left.
SELECT is(count(*), 2::bigint, 'what is due before the floor is not looked for')
FROM yizhan.claim(
    1, '15 seconds', ARRAY[test.endpoint('audit')], '{9}', ARRAY[now() - interval '2 hours 30 minutes']);
SELECT is(count(*), 2::bigint, 'and is once no floor is known')
FROM yizhan.claim(1, '15 seconds', ARRAY[test.endpoint('audit')], '{9}', '{NULL}');

SELECT * FROM finish();
ROLLBACK;
