BEGIN;
\ir fixture/teahouse.psql
SELECT plan(18);

SELECT * FROM test.store('A1', '{erp,audit,till}') AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT is(test.settle('A1', 1, endpoint => 'audit'), 1::bigint, 'one delivery is settled');
SELECT is(test.reschedule('A1', 1, endpoint => 'till'), 1::bigint, 'one waits for its retry');
SELECT set_eq(
    $$SELECT event_id, order_no, endpoint, was_in_flight FROM yizhan.cancel('A1', reason => 'wrong goods')$$,
    $$VALUES (test.event('A1'), 'A1', 'erp', true), (test.event('A1'), 'A1', 'till', false)$$,
    'open deliveries are cancelled, and those in flight said to be');
SELECT results_eq(
    $$SELECT test.whereabouts('A1', e) FROM unnest('{erp,audit,till}'::text[]) AS e$$,
    $$VALUES ('cancelled'), ('delivered'), ('cancelled')$$, 'the settled one is left alone');
SELECT results_eq(
    $$SELECT attempts::integer, token, reason, answer, started_at, app_id FROM yizhan.outcome
        WHERE endpoint_id = test.endpoint('erp')$$,
    $$VALUES (1, 2::bigint, 'wrong goods', NULL::bytea, NULL::timestamptz, test.app('rrx'))$$,
    'the outcome has the reason, and a token past the last lease''s');
SELECT is(test.settle('A1', 1), 0::bigint, 'the attempt in flight cannot settle any more');
SELECT is(test.reschedule('A1', 1), 0::bigint, 'nor be rescheduled');
SELECT is(test.give_back('A1', 1), 0::bigint, 'nor given back');
SELECT is(test.whereabouts('A1'), 'cancelled', 'it stays cancelled');
SELECT is_empty($$SELECT * FROM yizhan.cancel('A1')$$, 'cancelled again, nothing is left to cancel');
SELECT results_eq(
    $$SELECT action, order_no COLLATE "default", row_count, arguments ->> 'reason' FROM yizhan.ops_log ORDER BY id$$,
    $$VALUES ('cancel', 'A1', 2::bigint, 'wrong goods'), ('cancel', 'A1', 0, NULL)$$, 'both are logged');

SELECT results_eq(
    $$SELECT endpoint, previous_state FROM yizhan.requeue('A1', endpoint => 'erp')$$, $$VALUES ('erp', 'cancelled')$$,
    'it can be requeued');
SELECT is(test.settle('A1', 1), 0::bigint, 'the attempt from before still cannot settle it');
SELECT results_eq(
    $$SELECT attempt, token FROM test.claim('erp')$$, 'VALUES (1, 4::bigint)', 'the next lease has a greater token');
SELECT is(test.settle('A1', 4), 1::bigint, 'which settles it');

SELECT * FROM test.store('B1', lease => NULL) AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT results_eq($$SELECT was_in_flight FROM yizhan.cancel('B1')$$, 'VALUES (false)',
    'what was never leased is cancelled');
SELECT is(reason, 'cancelled by ' || session_user, 'without a reason, the outcome says who')
FROM yizhan.outcome WHERE event_id = test.event('B1');
SELECT throws_ok($$SELECT yizhan.cancel('nobody''s')$$, 'P0002', NULL, 'an unknown order is an error');

SELECT * FROM finish();
ROLLBACK;
