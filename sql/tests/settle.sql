BEGIN;
\ir fixture/teahouse.psql
SELECT plan(20);

SELECT * FROM test.store('A1') AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT is(test.settle('A1', 2), 0::bigint, 'a token that was never leased settles nothing');
SELECT is(test.settle('A1', 0), 0::bigint, 'nor does an older one');
SELECT is(test.whereabouts('A1'), 'open', 'the delivery is still open');
SELECT is(test.settle('A1', 1), 1::bigint, 'the leased token settles');
SELECT is(test.whereabouts('A1'), 'delivered', 'the delivery has left the outbox for its outcome');
SELECT results_eq(
    $$SELECT app_id, attempts::integer, token, relay, took_ms, http_status::integer, reason, answer_start,
        convert_from(answer, 'UTF8') COLLATE "default", warning, requeued_at FROM yizhan.outcome$$,
    $$VALUES (test.app('rrx'), 1, 1::bigint, 1, 1500, 200, 'reason of delivered', 'start', 'answer to A1', 'a warning',
        NULL::timestamptz)$$,
    'the outcome tells the last attempt');
SELECT ok(
    started_at BETWEEN clock_timestamp() - interval '60 seconds' AND clock_timestamp() - interval '2 seconds',
    'started_at is counted back from the database''s clock')
FROM yizhan.outcome;

SELECT is(test.settle('A1', 1, 'refused'), 1::bigint, 'said twice, it is answered like the first time');
SELECT is(test.whereabouts('A1'), 'delivered', 'and changes nothing');

-- A relay whose lease ran out, and the one that took over.
SELECT * FROM test.store('B1') AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT test.let_lease_run_out('B1') \g /dev/null
SELECT isnt_empty($$SELECT * FROM test.claim('erp')$$, 'another relay claims it');
SELECT is(test.settle('B1', 1), 0::bigint, 'the first relay comes too late');

-- Both reports in one group: only the one that counts is returned.
SELECT results_eq(
    $$SELECT s.event_id, s.token
        FROM yizhan.settle(
            1, array_fill(test.event('B1'), '{2}'), array_fill(test.endpoint('erp'), '{2}'), '{1,2}',
            '{refused,delivered}', array_fill(interval '1 second', '{2}'), '{1,1}', '{200,200}', '{NULL,NULL}',
            '{NULL,NULL}', '{NULL,NULL}'::bytea[], '{NULL,NULL}') AS s$$,
    $$VALUES (test.event('B1'), 2::bigint)$$,
    'a late report beside the one that counts is not returned');
SELECT is(test.whereabouts('B1'), 'delivered', 'and its state is not the outcome');

-- Never called: no attempt facts.
SELECT * FROM test.store('C1', '{erp,audit}') AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT is(count(*), 1::bigint, 'an attempt without a call is settled too')
FROM yizhan.settle(
    1, ARRAY[test.event('C1')], ARRAY[test.endpoint('erp')], '{1}', '{expired}', '{NULL}', '{NULL}', '{NULL}',
    '{too old}', '{NULL}', '{NULL}', '{NULL}');
SELECT results_eq(
    $$SELECT state, started_at, took_ms, http_status, reason FROM yizhan.outcome WHERE event_id = test.event('C1')$$,
    $$VALUES ('expired', NULL::timestamptz, NULL::integer, NULL::smallint, 'too old')$$, 'without facts of a call');
SELECT is(test.whereabouts('C1', 'audit'), 'open', 'the same event''s copy is left alone');

SELECT throws_ok(
    $$SELECT test.settle('C1', 1, 'forgotten', 'audit')$$, '23514', NULL, 'there are no other states than the known');

-- Events of an ordered order: whoever ends one hears whether the next waits for it.
SELECT s.* FROM generate_series(1, 3) AS n,
    LATERAL test.store('D1', '{till}', dedupe_key => n::text) AS s (event_id uuid, endpoint_id integer, leased boolean)
    \g /dev/null
CREATE FUNCTION test.unblocks(dedupe_key text, token bigint) RETURNS boolean LANGUAGE sql AS $$
    SELECT s.unblocks FROM yizhan.settle(
        1, ARRAY[test.event('D1', dedupe_key => dedupe_key)], ARRAY[test.endpoint('till')], ARRAY[token],
        ARRAY['delivered'], ARRAY[interval '1 s'], ARRAY[1], ARRAY[200], ARRAY[NULL::text], ARRAY[NULL::text],
        ARRAY[NULL::bytea], ARRAY[NULL::text]) AS s;
$$;
SELECT is(test.unblocks('1', 1), true, 'the second waits for the first');
SELECT is((SELECT count(*) FROM test.claim('till', 1)), 1::bigint, 'it is due now');
UPDATE yizhan.outbox SET order_key = NULL WHERE event_id = test.event('D1', dedupe_key => '3');
SELECT is(test.unblocks('2', 1), false, 'nothing waits for what is not ordered');

SELECT * FROM finish();
ROLLBACK;
