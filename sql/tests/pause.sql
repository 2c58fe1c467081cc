BEGIN;
\ir fixture/teahouse.psql
SELECT plan(14);

SELECT version AS before FROM yizhan.configuration \gset
SELECT lives_ok($$SELECT yizhan.pause('erp', 'they moved')$$, 'an endpoint is paused');
SELECT results_eq(
    $$SELECT name, paused_at IS NOT NULL, paused_reason FROM yizhan.endpoint ORDER BY name$$,
    $$VALUES ('audit', false, NULL), ('erp', true, 'they moved'), ('till', false, NULL)$$, 'and no other');
SELECT is(version, :before::bigint + 1, 'relays see another version') FROM yizhan.configuration;
SELECT isnt_empty(
    $$SELECT * FROM test.store('A1') AS (event_id uuid, endpoint_id integer, leased boolean)$$,
    'events are still accepted');
UPDATE yizhan.endpoint SET paused_at = now() - interval '1 day' WHERE name = 'erp';
SELECT lives_ok($$SELECT yizhan.pause('erp', 'still away')$$, 'it is paused again');
SELECT results_eq(
    $$SELECT paused_at, paused_reason FROM yizhan.endpoint WHERE name = 'erp'$$,
    $$VALUES (now() - interval '1 day', 'still away')$$, 'it keeps its time and takes the new reason');
SELECT lives_ok($$SELECT yizhan.resume('erp')$$, 'it is resumed');
SELECT results_eq(
    $$SELECT paused_at, paused_reason FROM yizhan.endpoint WHERE name = 'erp'$$, 'VALUES (NULL::timestamptz, NULL)',
    'and goes on');
SELECT lives_ok($$SELECT yizhan.resume('erp')$$, 'what is not paused can be resumed');
SELECT is(version, :before::bigint + 4, 'each is another version') FROM yizhan.configuration;
SELECT results_eq(
    $$SELECT who = session_user, action, arguments ->> 'endpoint', arguments ->> 'reason',
        row_count FROM yizhan.ops_log ORDER BY id$$,
    $$VALUES (true, 'pause', 'erp', 'they moved', 1::bigint), (true, 'pause', 'erp', 'still away', 1),
        (true, 'resume', 'erp', NULL, 1), (true, 'resume', 'erp', NULL, 0)$$, 'each is logged');
SELECT is(
    test.error($$SELECT yizhan.pause('epr')$$),
    ARRAY['42704', 'there is no endpoint ''epr''', 'Did you mean erp? Endpoints are: audit, erp, till.'],
        'an unknown endpoint is an error');
SELECT is(
    test.error($$SELECT yizhan.resume('epr')$$),
    ARRAY['42704', 'there is no endpoint ''epr''', 'Did you mean erp? Endpoints are: audit, erp, till.'], 'for resume as well');
SELECT throws_ok($$SELECT yizhan.pause(NULL)$$, '42704', NULL, 'so is none');

SELECT * FROM finish();
ROLLBACK;
