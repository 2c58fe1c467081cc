BEGIN;
\ir fixture/teahouse.psql
SELECT plan(22);

-- Ten exhausted ones, settled a minute after the other, half of them of `audit`; and one of each other state.
SELECT s.* FROM generate_series(1, 10) AS n,
    LATERAL test.store('A' || n, CASE WHEN n % 2 = 0 THEN '{audit}'::text[] ELSE '{erp}' END) AS s
        (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT is(
    (SELECT sum(test.settle('A' || n, 1, 'exhausted', CASE WHEN n % 2 = 0 THEN 'audit' ELSE 'erp' END))
    FROM generate_series(1, 10) AS n), 10::numeric, 'ten are exhausted');
UPDATE yizhan.outcome AS o SET settled_at = now() - interval '1 minute' * (11 - substr(e.order_no, 2)::integer)
FROM yizhan.event AS e WHERE e.id = o.event_id;
SELECT s.* FROM unnest('{delivered,refused,expired}'::text[]) AS state,
    LATERAL test.store(state) AS s (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT is(
    (SELECT sum(test.settle(state, 1, state)) FROM unnest('{delivered,refused,expired}'::text[]) AS state), 3::numeric,
    'and one of each other state');

CREATE TEMP TABLE before AS
SELECT (SELECT count(*) FROM yizhan.outcome) AS outcomes, (SELECT count(*) FROM yizhan.ops_log) AS logged;
SELECT is(yizhan.requeue_settled('exhausted', dry_run => true), 10::bigint, 'a dry run counts');
SELECT is(yizhan.requeue_settled('exhausted', max_rows => 3, dry_run => true), 3::bigint, 'no more than would be moved');
SELECT is(yizhan.requeue_settled('exhausted', 'audit', dry_run => true), 5::bigint, 'of one endpoint');
SELECT is(
    yizhan.requeue_settled(
        'exhausted', since => now() - interval '4 minutes', until => now() - interval '2 minutes', dry_run => true),
    3::bigint, 'of a time');
SELECT results_eq(
    'SELECT (SELECT count(*) FROM yizhan.outcome), (SELECT count(*) FROM yizhan.ops_log)', 'SELECT * FROM before',
    'and touches nothing');

SELECT is(
    yizhan.requeue_settled('exhausted', max_rows => 4, spread => '40 seconds'), 4::bigint, 'four are requeued');
SELECT results_eq(
    $$SELECT e.order_no COLLATE "default", round(extract(epoch FROM q.due_at - min(q.due_at) OVER ()))::integer
        FROM yizhan.outbox AS q JOIN yizhan.event AS e ON e.id = q.event_id ORDER BY q.due_at$$,
    $$VALUES ('A1', 0), ('A2', 10), ('A3', 20), ('A4', 30)$$, 'the oldest, spread over the interval');
SELECT results_eq(
    'SELECT DISTINCT attempt::integer, token, requeued_at IS NOT NULL FROM yizhan.outbox',
    'VALUES (0, 2::bigint, true)', 'with their schedule anew, and past their old tokens');
SELECT is(test.settle('A1', 1), 0::bigint, 'what comes late of their earlier life settles nothing');
SELECT is(
    (SELECT count(*) FROM yizhan.attempt WHERE result = 'exhausted'), 4::bigint, 'their last attempts are remembered');
SELECT is(yizhan.requeue_settled('exhausted', max_rows => 100), 6::bigint, 'the others are requeued');
SELECT is(yizhan.requeue_settled('exhausted'), 0::bigint, 'nothing is left, and that is no error');
SELECT results_eq(
    $$SELECT action, row_count FROM yizhan.ops_log WHERE action = 'requeue_settled' ORDER BY id$$,
    $$VALUES ('requeue_settled', 4::bigint), ('requeue_settled', 6), ('requeue_settled', 0)$$, 'all of it is logged');
SELECT set_eq(
    'SELECT state FROM yizhan.outcome', $$VALUES ('delivered'), ('refused'), ('expired')$$,
    'other states are left alone');

SELECT is(
    test.error($$SELECT yizhan.requeue_settled('exhaustd')$$),
    ARRAY['22023', 'there is no state ''exhaustd''',
        'Did you mean exhausted? States are: cancelled, delivered, exhausted, expired, refused.'],
    'an unknown state is an error that suggests one');
SELECT is(
    (test.error($$SELECT yizhan.requeue_settled('refused', 'epr')$$))[3],
    'Did you mean erp? Endpoints are: audit, erp, till.', 'so is an unknown endpoint');
SELECT is((test.error($$SELECT yizhan.requeue_settled('refused', max_rows => 0)$$))[1], '22023', 'none at most is none');
SELECT is(
    (test.error($$SELECT yizhan.requeue_settled('refused', spread => '-1 s')$$))[1], '22023', 'time does not run back');
SELECT is((test.error($$SELECT yizhan.requeue_settled(NULL)$$))[1], '22023', 'no state is none');
UPDATE yizhan.endpoint SET removed_at = now() WHERE name = 'erp';
SELECT is(yizhan.requeue_settled('refused'), 0::bigint, 'nothing goes to a removed endpoint');

SELECT * FROM finish();
ROLLBACK;
