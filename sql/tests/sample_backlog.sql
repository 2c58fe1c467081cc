BEGIN;
\ir fixture/teahouse.psql
SELECT plan(3);

SELECT count(*) FROM generate_series(1, 5) AS n,
    LATERAL test.store('due' || n, '{erp}', lease => NULL) AS (e uuid, p integer, l boolean) \g /dev/null
SELECT * FROM test.store('leased') AS (e uuid, p integer, l boolean) \g /dev/null
SELECT count(*) FROM generate_series(1, 3) AS n,
    LATERAL test.store('later' || n, '{audit}', lease => NULL) AS (e uuid, p integer, l boolean) \g /dev/null
UPDATE yizhan.outbox SET due_at = now() - interval '1 hour' WHERE event_id = test.event('due4');
UPDATE yizhan.outbox SET due_at = now() + interval '1 hour' WHERE endpoint_id = test.endpoint('audit');
UPDATE yizhan.endpoint SET paused_at = now() WHERE name = 'till';

SELECT results_eq(
    $$SELECT endpoint, paused, due, scheduled, oldest_due_age >= '1 hour' FROM yizhan.sample_backlog(100)
        ORDER BY endpoint COLLATE "C"$$,
    $$VALUES ('audit', false, 0::bigint, 3::bigint, false), ('erp', false, 5, 0, true), ('till', true, 0, 0, false)$$,
    'what is due, what is scheduled and the oldest are told for each endpoint, and what is leased is not counted');
SELECT results_eq(
    $$SELECT due, scheduled, oldest_due_age >= '1 hour' FROM yizhan.sample_backlog(2)
        WHERE endpoint <> 'till' ORDER BY endpoint COLLATE "C"$$,
    $$VALUES (0::bigint, 2::bigint, false), (2, 0, true)$$,
    'it counts as far as it is told to, beginning with the oldest');

UPDATE yizhan.endpoint SET removed_at = now() WHERE name = 'audit';
SELECT is_empty(
    $$SELECT * FROM yizhan.sample_backlog(100) WHERE endpoint = 'audit'$$, 'an endpoint that is removed is not told of');

SELECT * FROM finish();
ROLLBACK;
