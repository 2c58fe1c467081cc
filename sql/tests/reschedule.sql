BEGIN;
\ir fixture/teahouse.psql
SELECT plan(13);

SELECT * FROM test.store('A1') AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT is(test.reschedule('A1', 7), 0::bigint, 'another token moves nothing');
SELECT is_empty('SELECT * FROM yizhan.attempt', 'and records no attempt');
SELECT is(test.reschedule('A1', 1, '5 minutes'), 1::bigint, 'the leased token moves it');
SELECT ok(
    due_at BETWEEN clock_timestamp() + interval '4 minutes' AND clock_timestamp() + interval '5 minutes',
    'it is due after the delay')
FROM yizhan.outbox;
SELECT results_eq(
    'SELECT attempt::integer, token, lease_until, lease_owner FROM yizhan.outbox',
    'VALUES (1, 1::bigint, NULL::timestamptz, NULL::integer)', 'its lease has ended');
SELECT results_eq(
    $$SELECT t.token, t.attempt::integer, t.relay, t.took_ms, t.http_status::integer, t.result, t.reason,
        t.answer_start, t.next_due_at = q.due_at
        FROM yizhan.attempt AS t JOIN yizhan.outbox AS q USING (event_id, endpoint_id)$$,
    $$VALUES (1::bigint, 1, 1, 1500, 502, 'failed', 'HTTP 502', 'bad gateway', true)$$,
    'the attempt is recorded');
SELECT is(test.reschedule('A1', 1, '5 minutes'), 1::bigint, 'said twice, it is answered like the first time');
SELECT is((SELECT count(*) FROM yizhan.attempt), 1::bigint, 'and the attempt recorded once');

SELECT * FROM test.store('B1') AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT is(test.reschedule('B1', 1, '0', 'interrupted'), 1::bigint, 'an interrupted attempt');
SELECT results_eq(
    $$SELECT order_no, attempt, token FROM test.claim('erp')$$, $$VALUES ('B1', 2, 2::bigint)$$,
        'is due again at once');
SELECT is(test.reschedule('B1', 1), 0::bigint, 'a late report after another relay''s claim moves nothing');
SELECT is(test.settle('B1', 2), 1::bigint, 'the newer lease settles');
SELECT is(test.reschedule('B1', 2), 0::bigint, 'what is settled is not moved');

SELECT * FROM finish();
ROLLBACK;
