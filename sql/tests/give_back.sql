BEGIN;
\ir fixture/teahouse.psql
SELECT plan(11);

SELECT * FROM test.store('A1') AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT is(test.give_back('A1', 0), 0::bigint, 'another token gives nothing back');
SELECT is(test.give_back('A1', 1), 1::bigint, 'the leased token does');
SELECT results_eq(
    'SELECT attempt::integer, token, lease_until, lease_owner, due_at = now() FROM yizhan.outbox',
    'VALUES (0, 1::bigint, NULL::timestamptz, NULL::integer, true)',
    'no attempt is counted, and it is due as before');
SELECT is(test.give_back('A1', 1), 0::bigint, 'said twice, it counts once');
SELECT is((SELECT attempt FROM yizhan.outbox), 0::smallint, 'the attempts never go below none');
SELECT is_empty('SELECT * FROM yizhan.attempt', 'no attempt is recorded');
SELECT isnt_empty($$SELECT * FROM test.claim('erp')$$, 'it can be claimed at once');
SELECT is(test.give_back('A1', 1), 0::bigint, 'a late word of the earlier lease leaves the newer one alone');

SELECT * FROM test.store('B1') AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT is(test.give_back('B1', 1, delay => '1 minute'), 1::bigint, 'a delivery can be given back for later');
SELECT results_eq(
    $$SELECT attempt::integer, due_at BETWEEN clock_timestamp() + interval '50 s' AND clock_timestamp() + interval '60 s'
        FROM yizhan.outbox WHERE event_id = test.event('B1')$$,
    'VALUES (0, true)', 'it is due then, and no attempt is counted');
SELECT is_empty($$SELECT * FROM test.claim('erp') WHERE order_no = 'B1'$$, 'before that it cannot be claimed');

SELECT * FROM finish();
ROLLBACK;
