BEGIN;
\ir fixture/teahouse.psql
SELECT plan(13);

-- Three orders of a week ago (one of them open, one with a failed attempt) and one of today.
CREATE FUNCTION test.come(order_no text, at timestamptz) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    id uuid := (
        lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || substr(md5(order_no), 1, 20))::uuid;
BEGIN
    PERFORM FROM yizhan.store(
        1, ARRAY[id], ARRAY[test.app('rrx')], ARRAY[order_no], ARRAY[''], ARRAY['goods.issue'], ARRAY['b'::bytea],
        ARRAY['fingerprint'::bytea], ARRAY[test.endpoint('erp')], ARRAY[NULL::text], ARRAY[id], ARRAY[test.endpoint('erp')],
        ARRAY[interval '15 seconds'], ARRAY[false], ARRAY[false], ARRAY[NULL::text]);
    RETURN id;
END
$$;
CREATE TEMP TABLE came AS
SELECT o.name, test.come(o.name, now() - o.age) AS id
FROM (VALUES ('settled', interval '7 days'), ('open', '7 days'), ('retried', '7 days'), ('today', '1 hour')) AS o (name, age);
CREATE FUNCTION test.end(wanted text, token bigint) RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM pg_temp.came AS c, yizhan.settle(
        1, ARRAY[c.id], ARRAY[test.endpoint('erp')], ARRAY[token], ARRAY['delivered'], ARRAY[interval '1 s'], ARRAY[1],
        ARRAY[200], ARRAY[NULL::text], ARRAY[NULL::text], ARRAY[NULL::bytea], ARRAY[NULL::text]) AS s
    WHERE c.name = wanted;
$$;
SELECT is(
    (SELECT count(*) FROM came AS c, yizhan.reschedule(
        1, ARRAY[c.id], ARRAY[test.endpoint('erp')], ARRAY[1::bigint], ARRAY[interval '0'], ARRAY['failed'],
        ARRAY[interval '1 s'], ARRAY[1], ARRAY[500], ARRAY['HTTP 500'], ARRAY[NULL::text])
    WHERE c.name IN ('retried', 'open')), 2::bigint, 'two attempts fail');
SELECT isnt_empty($$SELECT * FROM test.claim('erp')$$, 'and are leased again');
SELECT is(test.end('settled', 1) + test.end('retried', 2) + test.end('today', 1), 3::numeric::bigint, 'three are delivered');
SELECT isnt_empty(
    $$SELECT * FROM yizhan.recall(ARRAY[test.app('rrx')], '{settled}', '{""}', '{fingerprint}'::bytea[], '{NULL}')$$,
    'one is sent again');

SELECT is(yizhan.remove_old_attempts('8 days', 100), 0::bigint, 'nothing is as old as that');
SELECT is(yizhan.remove_old_attempts('1 day', 100), 1::bigint, 'attempts of what is settled go');
SELECT is((SELECT count(*) FROM yizhan.attempt), 1::bigint, 'those of what is open stay');
SELECT is(yizhan.remove_old_events('8 days', 100), 0::bigint, 'no event is as old as that');
SELECT is(yizhan.remove_old_events('1 day', 1), 1::bigint, 'no more are removed than was said');
SELECT is(yizhan.remove_old_events('1 day', 100), 1::bigint, 'and then the other');
SELECT set_eq(
    'SELECT order_no COLLATE "default" FROM yizhan.event', $$VALUES ('open'), ('today')$$,
    'what is open stays, however old, and what is young');
SELECT results_eq(
    'SELECT (SELECT count(*) FROM yizhan.outcome), (SELECT count(*) FROM yizhan.repeat), (SELECT count(*) FROM yizhan.outbox)',
    'VALUES (1::bigint, 0::bigint, 1::bigint)', 'all that belongs to an event goes with it');

UPDATE yizhan.tally SET minute = minute - interval '2 days';
CREATE TEMP TABLE before AS SELECT * FROM yizhan.reconciliation;
SELECT yizhan.compact_tally() \g /dev/null
SELECT results_eq(
    $$SELECT (SELECT count(*) FROM yizhan.tally WHERE minute > '-infinity'),
        NOT EXISTS (SELECT * FROM before EXCEPT SELECT * FROM yizhan.reconciliation)$$,
    'VALUES (0::bigint, true)', 'counts of old minutes are put together, and tell the same');

SELECT * FROM finish();
ROLLBACK;
