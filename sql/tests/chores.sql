BEGIN;
\ir fixture/teahouse.psql
SELECT plan(16);

SELECT is(yizhan.begin_chore('sweep', '1 hour'), true, 'a chore that was never done is begun');
SELECT is(yizhan.begin_chore('sweep', '1 hour'), false, 'and not again before its time');
SELECT is(yizhan.begin_chore('dust', '1 hour'), true, 'others are others');
UPDATE yizhan.chore SET begun_at = clock_timestamp() - interval '61 minutes' WHERE name = 'sweep';
SELECT is(yizhan.begin_chore('sweep', '1 hour'), true, 'in time it is begun again');
SELECT is(yizhan.begin_chore('sweep', '1 hour'), false, 'once');

-- Each endpoint has a delivery that is too old, and one that is not.
SELECT s.* FROM generate_series(1, 2) AS n, unnest('{erp,audit,till}'::text[]) AS e,
    LATERAL test.store(e || n, ARRAY[e], lease => NULL) AS s (event_id uuid, endpoint_id integer, leased boolean)
    \g /dev/null
UPDATE yizhan.outbox SET opened_at = now() - interval '73 hours', due_at = now() - interval '73 hours'
WHERE event_id IN (test.event('erp1'), test.event('audit1'), test.event('till1'));
SELECT is(yizhan.expire_held(1, 100), 0::bigint, 'what can go out ends when it is claimed');
UPDATE yizhan.endpoint SET daily_quota = 1 WHERE name = 'erp';
INSERT INTO yizhan.endpoint_breaker (endpoint_id, relay, opened_at, reason) VALUES (test.endpoint('audit'), 1, now(), 'x');
SELECT is(yizhan.expire_held(1, 1), 1::bigint, 'no more end at a time than was said');
SELECT is(yizhan.expire_held(1, 100), 1::bigint, 'then the other');
SELECT results_eq(
    $$SELECT test.whereabouts(e || n, e) FROM unnest('{erp,audit,till}'::text[]) AS e, generate_series(1, 2) AS n
        ORDER BY e, n$$,
    $$VALUES ('expired'), ('open'), ('expired'), ('open'), ('open'), ('open')$$,
    'what waits behind a quota or a breaker ends when it is too old');
SELECT results_eq(
    $$SELECT attempts::integer, reason, started_at, relay FROM yizhan.outcome WHERE endpoint_id = test.endpoint('erp')$$,
    $$VALUES (0, 'still undelivered after 72:00:00', NULL::timestamptz, 1)$$, 'without an attempt');
SELECT is_empty('SELECT FROM yizhan.reconciliation WHERE difference <> 0', 'and it is counted');
UPDATE yizhan.outbox SET opened_at = now() - interval '73 hours';
UPDATE yizhan.endpoint SET paused_at = now() WHERE name = 'erp';
UPDATE yizhan.outbox SET lease_until = clock_timestamp() + interval '1 minute', token = 1
WHERE event_id = test.event('audit2');
SELECT is(yizhan.expire_held(1, 100), 0::bigint, 'what is paused waits, and what is in flight goes on');
UPDATE yizhan.endpoint SET paused_at = NULL;
UPDATE yizhan.outbox SET due_at = clock_timestamp() + interval '1 minute' WHERE event_id = test.event('erp2');
SELECT is(yizhan.expire_held(1, 100), 0::bigint, 'a retry that is not due yet waits for its time');
UPDATE yizhan.outbox SET due_at = now();
SELECT test.let_lease_run_out('audit2') \g /dev/null
SELECT is(yizhan.expire_held(1, 100), 2::bigint, 'and both end');
SELECT is(test.whereabouts('till2', 'till'), 'open', 'an endpoint that nothing holds up is left alone');
SELECT isnt_empty($$SELECT FROM yizhan.requeue('erp2')$$, 'what ended so can be delivered again');

SELECT * FROM finish();
ROLLBACK;
