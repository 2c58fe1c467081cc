BEGIN;
\ir fixture/teahouse.psql
SELECT plan(18);

CREATE FUNCTION test.lease(relay integer DEFAULT 1, every interval DEFAULT '10 minutes', types integer[] DEFAULT '{4}')
RETURNS TABLE (
    order_type integer, token bigint, failures integer, now_at timestamptz, covered_until timestamptz,
    window_from timestamptz, window_until timestamptz, span interval, page integer, page_limit integer, total integer
) LANGUAGE sql AS $$
    SELECT l.* FROM yizhan.lease_order_poll(relay, test.app('alliance'), types, every, '1 minute') AS l;
$$;

CREATE FUNCTION test.save(token bigint, page integer, covered_until timestamptz DEFAULT NULL)
RETURNS boolean LANGUAGE sql AS $$
    SELECT yizhan.save_order_poll(
        test.app('alliance'), 4, token, '1 minute', covered_until,
        CASE WHEN page IS NOT NULL THEN '2025-11-25 00:00+00'::timestamptz END,
        CASE WHEN page IS NOT NULL THEN '2025-11-25 01:00+00'::timestamptz END,
        CASE WHEN page IS NOT NULL THEN interval '1 hour' END, page, CASE WHEN page IS NOT NULL THEN 100 END,
        CASE WHEN page IS NOT NULL THEN 250 END);
$$;

CREATE FUNCTION test.give_back_poll(token bigint, pause interval DEFAULT NULL) RETURNS boolean LANGUAGE sql AS $$
    SELECT yizhan.give_back_order_poll(test.app('alliance'), 4, token, pause);
$$;

SELECT results_eq(
    'SELECT order_type, token, failures, window_from FROM test.lease()', 'VALUES (4, 1::bigint, 0, NULL::timestamptz)',
    'what was never asked for is due');
SELECT is_empty('SELECT * FROM test.lease(2)', 'one relay at a time');
SELECT is(test.save(1, 2), true, 'the holder says how far it has come');
SELECT is(test.save(0, 3), false, 'nobody else does');

-- The holder dies.
UPDATE yizhan.order_poll AS p SET lease_until = clock_timestamp() - interval '1 millisecond';
SELECT results_eq(
    'SELECT token, page, page_limit, total, span FROM test.lease(2)',
    $$VALUES (2::bigint, 2, 100, 250, interval '1 hour')$$, 'another one goes on at the page where it stopped');
SELECT is(test.save(1, 3), false, 'the dead one, back again, writes nothing');
SELECT is(test.give_back_poll(1), false, 'and gives nothing back');

SELECT is(test.save(2, NULL, '2025-11-25 01:00+00'), true, 'all is asked for');
SELECT is(test.give_back_poll(2), true, 'the lease is given back');
SELECT is_empty('SELECT * FROM test.lease()', 'nothing is due for a while');
SELECT results_eq(
    $$SELECT token, covered_until FROM test.lease(every => '0')$$,
    $$VALUES (3::bigint, '2025-11-25 01:00+00'::timestamptz)$$, 'until it is time again');
SELECT is(test.give_back_poll(3, '1 hour'), true, 'this time it fails');
SELECT is_empty($$SELECT * FROM test.lease(every => '0')$$, 'and waits');
UPDATE yizhan.order_poll AS p SET not_before = clock_timestamp();
SELECT results_eq($$SELECT token, failures FROM test.lease(every => '0')$$, 'VALUES (4::bigint, 1)', 'it is counted');
SELECT is(test.give_back_poll(4), true, 'given back unfinished');

SELECT results_eq(
    $$SELECT order_type FROM test.lease(every => '0', types => '{4,5}')
        UNION ALL SELECT order_type FROM test.lease(every => '0', types => '{4,5}')$$, 'VALUES (5), (4)',
    'kinds take turns');
SELECT is_empty($$SELECT * FROM test.lease(every => '0', types => '{}')$$, 'of no kinds none is due');
SELECT ok(
    yizhan.reconciliation_lag(test.app('alliance'), '{4}') > interval '0', 'the lag counts from what is covered');

SELECT * FROM finish();
ROLLBACK;
