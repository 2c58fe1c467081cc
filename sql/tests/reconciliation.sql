BEGIN;
\ir fixture/teahouse.psql
SELECT plan(15);

-- An order with an id of a moment: 2026-11-24 from 16:00 UTC on is the 25th in Beijing.
CREATE FUNCTION test.come(
    order_no text, at timestamptz, endpoints text[] DEFAULT '{erp}', app text DEFAULT 'rrx'
) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    id uuid := (
        lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || substr(md5(order_no || app), 1, 20))::uuid;
BEGIN
    PERFORM FROM yizhan.store(
        1, ARRAY[id], ARRAY[test.app(app)], ARRAY[order_no], ARRAY[''], ARRAY['goods.issue'], ARRAY['b'::bytea],
        ARRAY['f'::bytea], ARRAY[test.endpoint(endpoints[1])], ARRAY[NULL::text],
        array_fill(id, ARRAY[cardinality(endpoints)]), ARRAY(SELECT test.endpoint(e) FROM unnest(endpoints) AS e),
        array_fill(interval '15 seconds', ARRAY[cardinality(endpoints)]),
        array_fill(false, ARRAY[cardinality(endpoints)]), ARRAY[false], ARRAY[NULL::text]);
    RETURN id;
END
$$;
CREATE FUNCTION test.end(order_id uuid, state text) RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM yizhan.settle(
        1, ARRAY[order_id], ARRAY[test.endpoint('erp')], ARRAY[1::bigint], ARRAY[state], ARRAY[interval '1 s'], ARRAY[1],
        ARRAY[200], ARRAY[NULL::text], ARRAY[NULL::text], ARRAY[NULL::bytea], ARRAY[NULL::text]);
$$;
SELECT is(yizhan.event_day('019aa000-0000-7000-8000-000000000000'), '2025-11-20', 'the day of an id');
SELECT is(
    yizhan.event_day(yizhan.first_event_id('2026-11-25'::date)), '2026-11-25', 'the first id of a day is of that day');
SELECT is_empty(
    $$SELECT FROM generate_series('2025-12-31 16:00Z'::timestamptz, '2028-03-01', '24 hours') AS midnight
    CROSS JOIN LATERAL (VALUES (midnight - interval '1 ms'), (midnight)) AS m (at)
    WHERE yizhan.event_day(yizhan.first_event_id(at)) <> yizhan.beijing_day(at)$$,
    'an id is of the Beijing day of its moment, to the millisecond');

CREATE TEMP TABLE came AS
SELECT n, test.come('A' || n, '2026-11-24 15:59:59.9Z', CASE WHEN n = 1 THEN '{erp,audit}'::text[] ELSE '{erp}' END) AS id
FROM generate_series(1, 5) AS n;
INSERT INTO came SELECT n, test.come('A' || n, '2026-11-24 16:00:00Z') FROM generate_series(6, 8) AS n;
INSERT INTO came SELECT 9, test.come('A9', '2026-11-24 16:00:00Z', app => 'alliance');
SELECT results_eq(
    'SELECT app, day, events, accepted, open, delivered, difference FROM yizhan.reconciliation ORDER BY app, day',
    $$VALUES ('alliance', '2026-11-25'::date, 1::bigint, 1::bigint, 1::bigint, 0::bigint, 0::bigint),
        ('rrx', '2026-11-24', 5, 6, 6, 0, 0), ('rrx', '2026-11-25', 3, 3, 3, 0, 0)$$,
    'what came is open, on the Beijing day on which it came');

SELECT is(
    (SELECT sum(test.end(c.id, s.state)) FROM came AS c
    JOIN (VALUES (1, 'delivered'), (2, 'refused'), (3, 'exhausted'), (4, 'expired'), (6, 'delivered')) AS s (n, state)
        ON s.n = c.n), 5::numeric, 'five end');
SELECT isnt_empty($$SELECT * FROM yizhan.cancel('A5')$$, 'one is cancelled');
SELECT results_eq(
    $$SELECT day, accepted, delivered, refused, open, dead, cancelled, difference FROM yizhan.reconciliation
        WHERE app = 'rrx' ORDER BY day$$,
    $$VALUES ('2026-11-24'::date, 6::bigint, 1::bigint, 1::bigint, 1::bigint, 2::bigint, 1::bigint, 0::bigint),
        ('2026-11-25', 3, 1, 0, 2, 0, 0, 0)$$, 'what was accepted is the sum of the others');
SELECT isnt_empty($$SELECT * FROM yizhan.requeue('A3')$$, 'an exhausted one is requeued');
SELECT isnt_empty($$SELECT * FROM yizhan.requeue('A5')$$, 'and the cancelled one');
SELECT results_eq(
    $$SELECT dead, cancelled, open, difference FROM yizhan.reconciliation WHERE day = '2026-11-24'$$,
    'VALUES (1::bigint, 0::bigint, 3::bigint, 0::bigint)', 'both are open again');
SELECT results_eq(
    'SELECT accepted, delivered, refused, exhausted FROM yizhan.throughput WHERE accepted > 0',
    'VALUES (9::bigint, 2::bigint, 1::bigint, 1::bigint)',
    'the minute tells what happened in it, whatever the day of the events');
SELECT is((SELECT count(*) FROM yizhan.throughput), 1440::bigint, 'a day has all its minutes');

-- Broken on purpose.
DELETE FROM yizhan.outbox WHERE event_id = (SELECT id FROM came WHERE n = 7);
SELECT results_eq(
    $$SELECT app, day, difference FROM yizhan.reconciliation WHERE difference <> 0$$,
    $$VALUES ('rrx', '2026-11-25'::date, 1::bigint)$$, 'a delivery that somebody deletes is missed');
INSERT INTO yizhan.outbox (event_id, endpoint_id, app_id, seq)
VALUES (yizhan.first_event_id('2026-11-24'::date), test.endpoint('erp'), test.app('rrx'), 1);
SELECT results_eq(
    $$SELECT day, difference FROM yizhan.reconciliation WHERE difference <> 0 ORDER BY day$$,
    $$VALUES ('2026-11-24'::date, -1::bigint), ('2026-11-25', 1)$$, 'one that nobody accepted is noticed');
SELECT is(
    (SELECT count(*) FROM yizhan.tally WHERE shard NOT BETWEEN 0 AND 16), 0::bigint, 'the rows of a minute are bounded');

SELECT * FROM finish();
ROLLBACK;
