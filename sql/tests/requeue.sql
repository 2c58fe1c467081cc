BEGIN;
\ir fixture/teahouse.psql
SELECT plan(41);

-- One order in each state, and what requeue calls it.
SELECT s.* FROM unnest('{delivered,refused,exhausted,expired}'::text[]) AS state,
    LATERAL test.store(state) AS s (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT is(test.settle(state, 1, state), 1::bigint, state || ' is settled')
FROM unnest('{delivered,refused,exhausted,expired}'::text[]) AS state;
SELECT * FROM test.store('cancelled') AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT isnt_empty($$SELECT * FROM yizhan.cancel('cancelled')$$, 'cancelled is cancelled');

SELECT results_eq(
    format('SELECT event_id, order_no, endpoint, previous_state FROM yizhan.requeue(%L)', state),
    format('VALUES (test.event(%L), %1$L, ''erp'', %1$L)', state), state || ' is requeued')
FROM unnest('{delivered,refused,exhausted,expired,cancelled}'::text[]) AS state;
SELECT is(test.whereabouts(state), 'open', state || ' is open again')
FROM unnest('{delivered,refused,exhausted,expired,cancelled}'::text[]) AS state;
SELECT is(count(*), 5::bigint, 'due now, the schedule anew, its age from now, the token past the one that settled it')
FROM yizhan.outbox AS q
JOIN yizhan.attempt AS t USING (event_id, endpoint_id)
WHERE q.due_at BETWEEN statement_timestamp() - interval '1 minute' AND clock_timestamp() AND q.attempt = 0
    AND q.token = t.token + 1 AND q.lease_until IS NULL AND q.opened_at >= now() AND q.requeued_at >= now();
SELECT results_eq(
    $$SELECT t.token, t.attempt::integer, t.relay, t.took_ms, t.http_status::integer, t.result, t.reason, t.answer_start
        FROM yizhan.attempt AS t WHERE t.event_id = test.event('refused')$$,
    $$VALUES (1::bigint, 1, 1, 1500, 200, 'refused', 'reason of refused', 'start')$$,
    'what the outcome told of the last attempt is kept');

-- The relay that settled it says so once more, because it never heard the answer.
SELECT is(test.settle('delivered', 1), 0::bigint, 'a repeated report of the earlier life does not settle the new one');
SELECT is(test.whereabouts('delivered'), 'open', 'it is still open');
SELECT results_eq(
    $$SELECT attempt, token FROM test.claim('erp') WHERE order_no = 'delivered'$$, 'VALUES (1, 3::bigint)',
    'a claim takes it');
SELECT is(test.settle('delivered', 3), 1::bigint, 'and it is settled');

-- Open deliveries.
SELECT * FROM test.store('flying', '{erp,audit}') AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
CREATE TEMP TABLE before AS SELECT * FROM yizhan.outbox WHERE event_id = test.event('flying');
SELECT set_eq(
    $$SELECT endpoint, previous_state FROM yizhan.requeue('flying')$$,
    $$VALUES ('erp', 'in_flight'), ('audit', 'in_flight')$$, 'what is in flight is said to be');
SELECT set_eq(
    $$SELECT * FROM yizhan.outbox WHERE event_id = test.event('flying')$$, 'SELECT * FROM before', 'and left as it is');
SELECT is(test.reschedule('flying', 1, '1 hour'), 1::bigint, 'it fails');
SELECT results_eq(
    $$SELECT endpoint, previous_state FROM yizhan.requeue('flying', endpoint => 'erp')$$, $$VALUES ('erp', 'open')$$,
    'an open delivery is said to be open, and the other endpoint left alone');
SELECT ok(
    due_at <= clock_timestamp() AND attempt = 1, 'it is made due now, its schedule going on')
FROM yizhan.outbox WHERE event_id = test.event('flying') AND endpoint_id = test.endpoint('erp');
UPDATE yizhan.outbox SET due_at = now() - interval '1 hour' WHERE event_id = test.event('flying');
SELECT isnt_empty($$SELECT * FROM yizhan.requeue('flying', endpoint => 'erp')$$, 'it is requeued once more');
SELECT is(due_at, now() - interval '1 hour', 'what is due already keeps its place')
FROM yizhan.outbox WHERE event_id = test.event('flying') AND endpoint_id = test.endpoint('erp');

-- Ordered endpoints keep their order.
SELECT * FROM test.store('ordered', '{till}') AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT is(test.settle('ordered', 1, endpoint => 'till'), 1::bigint, 'an ordered delivery is settled');
SELECT isnt_empty($$SELECT * FROM yizhan.requeue('ordered')$$, 'and requeued');
SELECT results_eq(
    $$SELECT order_key COLLATE "default",
        q.seq = e.seq FROM yizhan.outbox AS q JOIN yizhan.event AS e ON e.id = q.event_id
        WHERE e.order_no = 'ordered'$$,
    $$VALUES ('ordered', true)$$, 'at its old place in the order');

-- Errors say what there is.
SELECT * FROM test.store('flying', app => 'alliance') AS (event_id uuid, endpoint_id integer,
    leased boolean) \g /dev/null
SELECT is(
    test.error($$SELECT yizhan.requeue('flying')$$),
    ARRAY['21000', 'order flying is known to more than one app: alliance, rrx', 'Name the app as well.'],
    'an order of two apps needs the app');
SELECT isnt_empty($$SELECT * FROM yizhan.requeue('flying', 'alliance')$$, 'with the app it is requeued');
SELECT is(
    test.error($$SELECT yizhan.requeue('nobody''s')$$),
    ARRAY['P0002', 'order nobody''s is not known',
        'A call that was refused leaves no order here: yizhan.rejection may have it.'],
    'an unknown order is an error');
SELECT is(
    test.error($$SELECT yizhan.requeue('refused', 'rxr')$$),
    ARRAY['42704', 'there is no app ''rxr''', 'Did you mean rrx? Apps are: alliance, rrx.'], 'so is an unknown app');
SELECT is(
    test.error($$SELECT yizhan.requeue('refused', 'alliance')$$),
    ARRAY['P0002', 'order refused is not known to app ''alliance''',
        'A call that was refused leaves no order here: yizhan.rejection may have it.'], 'and an order of another app');
SELECT is(
    test.error($$SELECT yizhan.requeue('refused', endpoint => 'epr')$$),
    ARRAY['42704', 'there is no endpoint ''epr''', 'Did you mean erp? Endpoints are: audit, erp, till.'], 'and an unknown endpoint');
SELECT is(
    test.error($$SELECT yizhan.requeue('refused', endpoint => 'till')$$),
    ARRAY['P0002', 'order refused has no delivery to endpoint ''till''',
        'yizhan.trace shows where its deliveries go.'], 'and an endpoint that the order does not go to');
UPDATE yizhan.endpoint SET removed_at = now() WHERE name = 'audit';
SELECT is(
    (test.error($$SELECT yizhan.requeue('flying', 'rrx')$$))[1:2],
    ARRAY['55000', 'endpoint ''audit'' is removed: nothing delivers to it any more'], 'and a removed endpoint');

-- An order that is ordered wherever it goes stays so.
SELECT * FROM test.store('F1', ordered => true) AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT is(test.settle('F1', 1), 1::bigint, 'an ordered order is delivered');
SELECT * FROM yizhan.requeue('F1') \g /dev/null
SELECT results_eq(
    $$SELECT order_key COLLATE "default" FROM yizhan.outbox WHERE event_id = test.event('F1')$$,
    $$VALUES ('F1')$$, 'requeued, it is ordered again');

SELECT * FROM finish();
ROLLBACK;
