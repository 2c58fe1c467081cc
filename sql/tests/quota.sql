BEGIN;
\ir fixture/teahouse.psql
SELECT plan(26);

UPDATE yizhan.endpoint SET daily_quota = 3 WHERE name = 'erp';
SELECT s.* FROM generate_series(1, 8) AS n,
    LATERAL test.store('Q' || n, lease => NULL) AS s (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT s.* FROM generate_series(1, 8) AS n,
    LATERAL test.store('F' || n, '{audit}', lease => NULL) AS s (event_id uuid, endpoint_id integer, leased boolean)
    \g /dev/null
CREATE FUNCTION test.used() RETURNS integer LANGUAGE sql AS $$
    SELECT u.used FROM yizhan.endpoint_quota AS u WHERE u.endpoint_id = test.endpoint('erp');
$$;
CREATE FUNCTION test.left() RETURNS integer LANGUAGE sql AS $$
    SELECT b.quota_left FROM yizhan.backlog AS b WHERE b.endpoint = 'erp';
$$;
CREATE FUNCTION test.count_claimed(slots integer) RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM test.claim('erp', slots);
$$;
-- All that is leased is due again, as after a failed attempt.
CREATE FUNCTION test.fail_all() RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM yizhan.outbox AS q, yizhan.reschedule(
        1, ARRAY[q.event_id], ARRAY[q.endpoint_id], ARRAY[q.token], ARRAY[interval '0'], ARRAY['failed'],
        ARRAY[interval '1 s'], ARRAY[1], ARRAY[500], ARRAY['HTTP 500'], ARRAY[NULL::text])
    WHERE q.endpoint_id = test.endpoint('erp') AND q.lease_until IS NOT NULL;
$$;

SELECT results_eq(
    $$SELECT endpoint, daily_quota, quota_left FROM yizhan.backlog WHERE endpoint IN ('erp', 'audit') ORDER BY 1$$,
    $$VALUES ('audit', NULL::integer, NULL::integer), ('erp', 3, 3)$$, 'an unused quota is there as a whole');
SELECT is(test.count_claimed(2), 2::bigint, 'slots are filled while there is quota');
SELECT is(test.left(), 1, 'and what is claimed is taken from it');
SELECT results_eq(
    $$SELECT c.endpoint_id, count(*) FROM yizhan.claim(
        2, '15 seconds', ARRAY[test.endpoint('audit'), test.endpoint('erp')], ARRAY[5, 5]) AS c
        GROUP BY c.endpoint_id ORDER BY 2$$,
    $$VALUES (test.endpoint('erp'), 1::bigint), (test.endpoint('audit'), 5)$$,
    'no more are claimed than are left, and of others as many as there are slots');
SELECT is(test.count_claimed(5), 0::bigint, 'then none at all');
SELECT is(test.left(), 0, 'as everybody can see');
SELECT results_eq(
    $$SELECT count(*), max(q.attempt)::integer, bool_and(q.due_at <= now()), bool_and(q.lease_until IS NULL)
        FROM yizhan.outbox AS q WHERE q.endpoint_id = test.endpoint('erp') AND q.token = 0$$,
    'VALUES (5::bigint, 0, true, true)', 'what is over waits as it is, due, without an attempt');
SELECT is(test.fail_all(), 3::bigint, 'the calls fail');
SELECT is(test.count_claimed(5), 0::bigint, 'a retry is a call as well');

UPDATE yizhan.endpoint_quota SET day = day - 1;
SELECT is(test.left(), 3, 'the next day has the whole quota again');
SELECT is(test.count_claimed(5), 3::bigint, 'and what waits goes on');
SELECT is(test.used(), 3, 'counted from nothing');

-- What was not called.
CREATE TEMP TABLE held AS SELECT q.event_id, q.endpoint_id, q.token FROM yizhan.outbox AS q
WHERE q.endpoint_id = test.endpoint('erp') AND q.lease_until IS NOT NULL ORDER BY q.event_id;
CREATE FUNCTION test.return_one(called boolean) RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM (SELECT * FROM pg_temp.held ORDER BY event_id LIMIT 1) AS h, yizhan.give_back(
        ARRAY[h.event_id], ARRAY[h.endpoint_id], ARRAY[h.token], ARRAY[interval '1 hour'], ARRAY[called]) AS g;
$$;
SELECT is(test.return_one(true), 1::bigint, 'one is given back after a call');
SELECT is(test.used(), 3, 'which counts');
DELETE FROM held WHERE event_id = (SELECT min(event_id::text)::uuid FROM held);
SELECT is(test.return_one(false), 1::bigint, 'another without one');
SELECT is(test.used(), 2, 'and goes back to the quota');
SELECT is(test.return_one(false), 0::bigint, 'said twice');
SELECT is(test.used(), 2, 'it goes back once');
SELECT is(test.count_claimed(5), 1::bigint, 'and can be taken again');
UPDATE yizhan.endpoint_quota SET day = day + 1, used = 1;
SELECT is(
    (SELECT count(*) FROM yizhan.outbox AS q, yizhan.settle(
        1, ARRAY[q.event_id], ARRAY[q.endpoint_id], ARRAY[q.token], ARRAY['expired'], ARRAY[NULL::interval],
        ARRAY[NULL::integer], ARRAY[NULL::integer], ARRAY['too old'], ARRAY[NULL::text], ARRAY[NULL::bytea],
        ARRAY[NULL::text])
    WHERE q.endpoint_id = test.endpoint('erp') AND q.lease_until IS NOT NULL), 2::bigint,
    'what was leased yesterday ends without a call');
SELECT is(test.used(), 1, 'and gives nothing to today''s quota');
UPDATE yizhan.endpoint_quota SET day = (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date, used = 0;
SELECT is(test.count_claimed(1), 1::bigint, 'one is leased today');
SELECT is(
    (SELECT count(*) FROM yizhan.outbox AS q, yizhan.settle(
        1, ARRAY[q.event_id], ARRAY[q.endpoint_id], ARRAY[q.token], ARRAY['expired'], ARRAY[NULL::interval],
        ARRAY[NULL::integer], ARRAY[NULL::integer], ARRAY['too old'], ARRAY[NULL::text], ARRAY[NULL::bytea],
        ARRAY[NULL::text])
    WHERE q.endpoint_id = test.endpoint('erp') AND q.lease_until IS NOT NULL), 1::bigint, 'and ends without a call');
SELECT is(test.used(), 0, 'which costs nothing');
UPDATE yizhan.endpoint SET daily_quota = NULL WHERE name = 'erp';
SELECT isnt_empty($$SELECT * FROM test.claim('erp')$$, 'without a quota what is due is claimed');
SELECT is_empty(
    'SELECT FROM yizhan.outbox WHERE lease_until > clock_timestamp() AND quota_day IS NOT NULL', 'and not counted');

SELECT * FROM finish();
ROLLBACK;
