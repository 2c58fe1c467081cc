BEGIN;
\ir fixture/teahouse.psql
SELECT plan(23);

-- The state, whether it is asked for again, and where the delivery is then.
CREATE FUNCTION test.ask_again(order_no text) RETURNS boolean LANGUAGE sql AS $$
    SELECT yizhan.ask_again(test.event(order_no), test.endpoint('erp'));
$$;
SELECT s.* FROM unnest('{delivered,refused,exhausted,expired}'::text[]) AS state,
    LATERAL test.store(state) AS s (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT is(test.settle(state, 1, state), 1::bigint, state || ' is settled')
FROM unnest('{delivered,refused,exhausted,expired}'::text[]) AS state;
SELECT * FROM test.store('cancelled') AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT isnt_empty($$SELECT * FROM yizhan.cancel('cancelled')$$, 'cancelled is cancelled');
SELECT * FROM test.store('open') AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null

SELECT is(test.ask_again(state), false, state || ' is final')
FROM unnest('{delivered,refused,cancelled,open}'::text[]) AS state;
SELECT is(test.whereabouts(state), state, state || ' is left as it is')
FROM unnest('{delivered,refused,cancelled,open}'::text[]) AS state;
SELECT is(test.ask_again(state), true, state || ' is requeued')
FROM unnest('{exhausted,expired}'::text[]) AS state;
SELECT is(test.whereabouts('exhausted'), 'open', 'and open again');
SELECT is(test.ask_again('exhausted'), false, 'what is open is not requeued');

-- It fails again.
SELECT set_eq(
    $$SELECT order_no, attempt, token FROM test.claim('erp')$$,
    $$VALUES ('exhausted', 1, 3::bigint), ('expired', 1, 3)$$, 'its retry schedule is anew, its token greater');
SELECT is(test.settle('exhausted', 3, 'exhausted'), 1::bigint, 'it is exhausted again');
SELECT is(test.ask_again('exhausted'), false, 'within a minute it is not requeued again');
UPDATE yizhan.outcome
SET requeued_at = clock_timestamp() - interval '61 seconds' WHERE event_id = test.event('exhausted');
SELECT is(test.ask_again('exhausted'), true, 'after a minute it is');

SELECT is(test.settle('expired', 3, 'expired'), 1::bigint, 'it expires again');
UPDATE yizhan.outcome SET requeued_at = NULL WHERE event_id = test.event('expired');
UPDATE yizhan.endpoint SET removed_at = now() WHERE name = 'erp';
SELECT is(test.ask_again('expired'), false, 'nothing is requeued for an endpoint that is removed');

SELECT * FROM finish();
ROLLBACK;
