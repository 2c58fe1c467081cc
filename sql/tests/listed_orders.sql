BEGIN;
\ir fixture/teahouse.psql
SELECT plan(8);

SELECT * FROM test.store('A1', app => 'alliance', dedupe_key => '1/x', ordered => true)
    AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT * FROM test.store('A1', app => 'alliance', dedupe_key => '8/x', ordered => true)
    AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT * FROM test.store('A2', app => 'alliance', dedupe_key => '1/reconcile', ordered => true)
    AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT * FROM test.store('callback_key', app => 'alliance', dedupe_key => '1764000000', ordered => true)
    AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT * FROM test.store('A3') AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null

SELECT results_eq(
    $$SELECT m.place FROM yizhan.missing_orders(
        test.app('alliance'), '{A1,A1,A2,A2,A3,A4}', '{1/,9/,1/,8/,1/,1/}') AS m (place)$$,
    'VALUES (2::bigint), (4), (5), (6)', 'missing is what has no event of this status and this app');
SELECT is_empty('SELECT * FROM yizhan.repeat', 'to look for orders counts no repeat');
SELECT is_empty(
    $$SELECT * FROM yizhan.missing_orders(test.app('alliance'), '{}', '{}')$$, 'of nothing, nothing is missing');

SELECT is(yizhan.orders_this_month(test.app('alliance'), 10000), 2::bigint, 'an order counts once, a key does not');
SELECT is(yizhan.orders_this_month(test.app('alliance'), 1), 1::bigint, 'nobody counts farther than asked');
SELECT is(yizhan.orders_this_month(test.app('rrx'), 10000), 0::bigint, 'each app has its own');
UPDATE yizhan.event AS e SET received_at = '2026-10-31 15:59:59+00' WHERE e.order_no = 'A1';
UPDATE yizhan.event AS e SET received_at = '2026-10-31 16:00:00+00' WHERE e.order_no = 'A2';
SELECT is(
    yizhan.orders_this_month(test.app('alliance'), 10000, '2026-10-31 15:59:59+00'), 1::bigint,
    'until midnight in Beijing the old month counts');
SELECT is(
    yizhan.orders_this_month(test.app('alliance'), 10000, '2026-10-31 16:00:00+00'), 1::bigint, 'and then the new one');

SELECT * FROM finish();
ROLLBACK;
