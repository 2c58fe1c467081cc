BEGIN;
\ir fixture/teahouse.psql
SELECT plan(6);

-- Plans that this session makes while the tables are nearly empty, and keeps when they are not any more.
SELECT * FROM test.store('A1') AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
ANALYZE yizhan.event, yizhan.outbox, yizhan.outcome;
SELECT is(test.reschedule('A1', 1), 1::bigint, 'what is open is found');
SELECT is(test.give_back('A1', 1), 0::bigint, 'what is not leased is not given back');
SELECT is(test.settle('A1', 1), 1::bigint, 'what is open is settled');

INSERT INTO yizhan.event (id, app_id, order_no, dedupe_key, type, body, fingerprint, reply_endpoint_id)
SELECT test.event('B' || n), test.app('rrx'), 'B' || n, '', 'goods.issue', 'body', 'fingerprint', test.endpoint('erp')
FROM generate_series(1, 1000) AS n;
INSERT INTO yizhan.outbox (event_id, endpoint_id, app_id, seq, due_at, attempt, token, lease_until)
SELECT e.id, test.endpoint('erp'), e.app_id, e.seq, now() + interval '1 day', 1, 1, now() + interval '1 hour'
FROM yizhan.event AS e WHERE e.order_no LIKE 'B%';
INSERT INTO yizhan.outcome (event_id, endpoint_id, app_id, state, attempts, token)
SELECT e.id, test.endpoint('audit'), e.app_id, 'delivered', 1, 1 FROM yizhan.event AS e WHERE e.order_no LIKE 'B%';

SELECT cmp_ok(
    test.rows_read_by($$SELECT test.reschedule('B1', 1)$$), '<=', 3::bigint, 'rescheduling one reads no others');
SELECT cmp_ok(
    test.rows_read_by($$SELECT test.give_back('B2', 1)$$), '<=', 3::bigint, 'giving one back reads no others');
SELECT cmp_ok(
    test.rows_read_by($$SELECT test.settle('B3', 1)$$), '<=', 3::bigint, 'settling one reads no others');

SELECT * FROM finish();
ROLLBACK;
