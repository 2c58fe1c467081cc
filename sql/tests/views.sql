BEGIN;
\ir fixture/teahouse.psql
SELECT plan(13);

-- backlog
SELECT set_eq(
    'SELECT endpoint, due, scheduled, in_flight, oldest_due_age, paused, paused_reason FROM yizhan.backlog',
    $$VALUES ('erp', 0::bigint, 0::bigint, 0::bigint, NULL::interval, false, NULL), ('audit', 0, 0, 0, NULL, false,
        NULL),
        ('till', 0, 0, 0, NULL, false, NULL)$$,
    'every endpoint is listed, however idle');
SELECT s.* FROM generate_series(1, 7) AS n,
    LATERAL test.store('A' || n) AS s (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
UPDATE yizhan.outbox SET lease_until = NULL, due_at = now() - interval '1 hour'
WHERE event_id IN (test.event('A1'), test.event('A2'));
UPDATE yizhan.outbox SET due_at = now() - interval '2 hours' WHERE event_id = test.event('A2');
UPDATE yizhan.outbox SET lease_until = NULL, due_at = now() + interval '1 hour' WHERE event_id = test.event('A3');
UPDATE yizhan.outbox
SET due_at = now() - interval '3 hours', lease_until = clock_timestamp() - interval '1 second'
WHERE event_id = test.event('A4');
SELECT lives_ok($$SELECT yizhan.pause('erp', 'they moved')$$, 'the endpoint is paused');
SELECT results_eq(
    $$SELECT due, scheduled, in_flight, paused, paused_reason, oldest_due_age BETWEEN '3 hours' AND '3 hours 1 minute'
        FROM yizhan.backlog WHERE endpoint = 'erp'$$,
    $$VALUES (3::bigint, 1::bigint, 3::bigint, true, 'they moved', true)$$,
    'a lease that ran out is due; what is in flight is not');
UPDATE yizhan.endpoint SET removed_at = now() WHERE name <> 'till';
SELECT set_eq(
    'SELECT endpoint FROM yizhan.backlog', $$VALUES ('erp'), ('till')$$,
    'a removed endpoint is listed while something is open for it');

-- dead_letters
SELECT is(test.settle('A' || n, 1, state), 1::bigint, state || ' is settled')
FROM (VALUES (5, 'delivered'), (6, 'refused'), (7, 'exhausted')) AS s (n, state);
SELECT isnt_empty($$SELECT * FROM yizhan.cancel('A1')$$, 'one is cancelled');
SELECT set_eq(
    $$SELECT app, order_no COLLATE "default", type, endpoint, state, reason, attempts::integer, http_status::integer,
        answer_start, event_id FROM yizhan.dead_letters$$,
    $$VALUES ('rrx', 'A6', 'goods.issue', 'erp', 'refused', 'reason of refused', 1, 200, 'start', test.event('A6')),
        ('rrx', 'A7', 'goods.issue', 'erp', 'exhausted', 'reason of exhausted', 1, 200, 'start', test.event('A7'))$$,
    'what was refused or exhausted is a dead letter, what was delivered or cancelled is not');

-- unsettled
SELECT * FROM test.store('U1') AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT is(test.reschedule('U1', 1), 1::bigint, 'an attempt fails');
SELECT results_eq(
    $$SELECT app, order_no COLLATE "default", endpoint, attempt::integer, in_flight, paused, last_error,
        last_http_status::integer
        FROM yizhan.unsettled WHERE order_no = 'U1'$$,
    $$VALUES ('rrx', 'U1', 'erp', 1, false, true, 'HTTP 502', 502)$$, 'what is open says why its last attempt failed');

-- rejection
SELECT yizhan.record_refused_calls(
    array_fill(test.app('rrx'), '{700}') || ARRAY[0], array_fill(interval '1 s', '{701}'),
    ARRAY(SELECT 'wrong_signature ' || n FROM generate_series(1, 701) AS n), array_fill('detail'::text, '{701}'),
    array_fill('10.0.0.1'::text, '{701}'), array_fill('["a", "b"]'::jsonb, '{701}')) \g /dev/null
SELECT results_eq(
    'SELECT app, count(*), max(reason) FROM yizhan.rejection GROUP BY app ORDER BY app',
    $$VALUES ('rrx', 500::bigint, 'wrong_signature 700'), (NULL, 1, 'wrong_signature 701')$$,
    'of each app the latest are kept, and no more than five hundred');
SELECT results_eq(
    $$SELECT DISTINCT detail, remote_address, parameters FROM yizhan.rejection$$,
    $$VALUES ('detail', '10.0.0.1', '{a,b}'::text[])$$, 'with what is known of them');

SELECT * FROM finish();
ROLLBACK;
