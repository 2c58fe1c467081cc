BEGIN;
\ir fixture/teahouse.psql
SELECT plan(21);

-- Two takers of alerts, and a merchant's endpoint besides those of the fixture.
INSERT INTO yizhan.merchant (name) VALUES ('bakery');
INSERT INTO yizhan.endpoint (
    merchant_id, name, url, format, timeout, max_in_flight, ordered, retry, expire_after, sealed_secrets)
SELECT m.id, e.name, 'https://example.com/', 'dingtalk', '10 s', 2, false, '{5 s}', '6 hours', ''
FROM (VALUES ('@yizhan', 'alert:ops'), ('@yizhan', 'alert:other'), ('bakery', 'oven')) AS e (merchant, name)
JOIN yizhan.merchant AS m ON m.name = e.merchant;
CREATE FUNCTION test.due(
    kinds text DEFAULT 'endpoint_paused,breaker_open,dead_letters', merchant text DEFAULT NULL,
    open_for interval DEFAULT '5 minutes', at_most integer DEFAULT 20, taker text DEFAULT 'alert:ops'
) RETURNS TABLE (kind text, endpoint text, merchant text, since timestamptz, dead bigint, reason text, order_no text, dedupe_key text)
LANGUAGE sql AS $$
    SELECT a.kind, a.endpoint, a.merchant, a.since, a.dead, a.reason, a.order_no, a.dedupe_key
    FROM yizhan.due_alerts(
        ARRAY[test.endpoint(taker)], ARRAY[$1], ARRAY[$2], ARRAY[$3], ARRAY[$4], ARRAY[interval '1 hour']) AS a;
$$;
-- As a relay would: every alert that is due is an event for its taker.
CREATE FUNCTION test.tell(taker text DEFAULT 'alert:ops', at_most integer DEFAULT 20) RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*)
    FROM test.due(taker => taker, at_most => at_most) AS d,
        LATERAL (SELECT md5(concat(d.order_no, d.dedupe_key))::uuid AS id) AS i,
        LATERAL yizhan.store(
            1, ARRAY[i.id], ARRAY[-1], ARRAY[d.order_no], ARRAY[d.dedupe_key], ARRAY['alert.' || d.kind], ARRAY['{}'::bytea],
            ARRAY[''::bytea], ARRAY[test.endpoint(taker)], ARRAY[NULL::text], ARRAY[i.id], ARRAY[test.endpoint(taker)],
            ARRAY[NULL::interval], ARRAY[false], ARRAY[false], ARRAY[NULL::text]);
$$;
SELECT is_empty('SELECT * FROM test.due()', 'where all is well there is nothing to tell');

-- Pauses.
SELECT lives_ok($$SELECT yizhan.pause('erp', 'they moved')$$, 'an endpoint is paused');
SELECT results_eq(
    'SELECT kind, endpoint, merchant, reason, order_no FROM test.due()',
    $$VALUES ('endpoint_paused', 'erp', 'teahouse', 'they moved', 'endpoint_paused:erp')$$, 'which is told');
SELECT is_empty($$SELECT * FROM test.due('breaker_open,dead_letters')$$, 'but not to whom other things are told');
SELECT is_empty($$SELECT * FROM test.due(merchant => 'bakery')$$, 'nor to whom another merchant matters');
SELECT isnt_empty($$SELECT * FROM test.due(merchant => 'teahouse')$$, 'but to whom this one does');
SELECT is(test.tell(), 1::bigint, 'it is told');
SELECT is_empty('SELECT * FROM test.due()', 'once');
SELECT is(test.tell('alert:other'), 1::bigint, 'and once to the other');
SELECT lives_ok(
    $$SELECT yizhan.resume('erp'), yizhan.pause('erp', 'again')$$, 'it is resumed, and paused again');
UPDATE yizhan.endpoint SET paused_at = paused_at + interval '1 second' WHERE name = 'erp';
SELECT is(test.tell(), 1::bigint, 'that is another pause');

-- Breakers.
INSERT INTO yizhan.endpoint_breaker (endpoint_id, relay, opened_at, reason)
SELECT test.endpoint(e.name), e.relay, now() - e.age, 'HTTP 500'
FROM (VALUES ('audit', 1, interval '6 minutes'), ('audit', 2, '6 minutes'), ('till', 1, '4 minutes')) AS e (name, relay, age);
SELECT results_eq(
    'SELECT kind, endpoint, since, reason FROM test.due()',
    $$VALUES ('breaker_open', 'audit', now() - interval '6 minutes', 'HTTP 500')$$,
    'a breaker is told once it is open for so long, of all relays together');
SELECT is(test.tell(), 1::bigint, 'it is told');
SELECT set_eq(
    $$SELECT endpoint FROM test.due(open_for => '3 minutes')$$, $$VALUES ('till')$$, 'a shorter time is reached by more');

-- Dead letters.
SELECT s.* FROM generate_series(1, 3) AS n,
    LATERAL test.store('D' || n, '{audit,oven}') AS s (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT is(
    (SELECT sum(test.settle('D' || n, 1, s, 'audit') + test.settle('D' || n, 1, 'refused', 'oven'))
        FROM (VALUES (1, 'exhausted'), (2, 'expired'), (3, 'refused')) AS o (n, s)), 6::numeric, 'deliveries end');
SELECT results_eq(
    'SELECT kind, endpoint, dead FROM test.due()', $$VALUES ('dead_letters', 'audit', 2::bigint)$$,
    'the dead are told by their endpoint, with their number; a refusal is an answer');
SELECT is(test.tell(), 1::bigint, 'they are told');
UPDATE yizhan.outcome SET settled_at = settled_at - interval '1 hour';
SELECT is_empty('SELECT * FROM test.due()', 'what is long past is not');

-- Never about itself, and never too much.
SELECT lives_ok($$SELECT yizhan.pause('alert:ops', 'gone')$$, 'a taker of alerts is paused');
SELECT is_empty($$SELECT * FROM test.due(taker => 'alert:other') WHERE endpoint LIKE 'alert:%'$$, 'and nobody is told');
SELECT results_eq(
    $$SELECT at_most, count(d.kind) FROM generate_series(0, 3) AS n (at_most),
        LATERAL (SELECT * FROM test.due(taker => 'alert:other', at_most => n.at_most, open_for => '0') OFFSET 0) AS d
        GROUP BY at_most ORDER BY at_most$$,
    $$VALUES (2, 1::bigint), (3, 2)$$, 'what is over the rate waits for the next period');

SELECT * FROM finish();
ROLLBACK;
