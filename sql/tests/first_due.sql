BEGIN;
\ir fixture/teahouse.psql
SELECT plan(5);

SELECT * FROM test.store('A1', lease => NULL) AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT * FROM test.store('A2', lease => NULL) AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT * FROM test.store('B1', '{audit}', lease => NULL)
    AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
UPDATE yizhan.outbox SET due_at = now() - interval '3 minutes' WHERE event_id = test.event('A1');
UPDATE yizhan.outbox SET due_at = now() - interval '1 minute' WHERE event_id = test.event('A2');
UPDATE yizhan.outbox SET due_at = now() + interval '1 hour' WHERE event_id = test.event('B1');

CREATE FUNCTION test.first_due(endpoint text, floor timestamptz DEFAULT NULL)
RETURNS timestamptz LANGUAGE sql AS $$
    SELECT f.due_at FROM yizhan.first_due(ARRAY[test.endpoint(endpoint)], ARRAY[floor]) AS f;
$$;

SELECT is(
    test.first_due('erp'), now() - interval '3 minutes 5 seconds', 'it is some seconds before the first that is due');
SELECT is(
    test.first_due('erp', now() - interval '2 minutes'), now() - interval '1 minute 5 seconds',
    'what is before the floor is not looked for');
SELECT * FROM test.claim('erp', 1) AS c \g /dev/null
SELECT is(
    test.first_due('erp'), now() - interval '3 minutes 5 seconds', 'what is leased may be due again when its lease ends');
SELECT is(
    test.first_due('audit'), statement_timestamp() - interval '5 seconds',
    'where all is due later, a new one may be due now');
SELECT is(test.first_due('till'), statement_timestamp() - interval '5 seconds', 'as it may be where there is none');

SELECT * FROM finish();
ROLLBACK;
