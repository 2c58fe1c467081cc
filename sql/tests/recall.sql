BEGIN;
\ir fixture/teahouse.psql
SELECT plan(11);

SELECT * FROM test.store('A1', '{erp,audit}') AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT * FROM test.store('A2') AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT is(test.settle('A2', 1), 1::bigint, 'A2 is delivered');

SELECT results_eq(
    $$SELECT place, event_id, reply_endpoint_id, same_content, state, convert_from(answer, 'UTF8') COLLATE "default"
        FROM yizhan.recall(
            array_fill(test.app('rrx'), '{4}'), '{A2,none,A1,A1}', '{"","","",""}',
            '{fingerprint,fingerprint,fingerprint,other}'::bytea[], '{NULL,NULL,NULL,NULL}')
        ORDER BY place$$,
    $$VALUES
        (1::bigint, test.event('A2'), test.endpoint('erp'), true, 'delivered', 'answer to A2'),
        (3, test.event('A1'), test.endpoint('erp'), true, NULL, NULL),
        (4, test.event('A1'), test.endpoint('erp'), false, NULL, NULL)$$,
    'each that is known is told at the place it was asked for');
SELECT set_eq(
    'SELECT event_id, repeats, conflicts FROM yizhan.repeat',
    $$VALUES (test.event('A1'), 1, 1), (test.event('A2'), 1, 0)$$, 'repeats and conflicts are counted');
SELECT isnt_empty(
    $$SELECT * FROM yizhan.recall(
        ARRAY[test.app('rrx')], '{A1}', '{""}', '{fingerprint}'::bytea[], '{NULL}')$$, 'sent once more');
SELECT results_eq(
    $$SELECT repeats, conflicts FROM yizhan.repeat WHERE event_id = test.event('A1')$$, 'VALUES (2, 1)',
    'the count goes on');
SELECT is_empty(
    $$SELECT * FROM yizhan.recall(ARRAY[test.app('alliance')], '{A1}', '{""}', '{fingerprint}'::bytea[], '{NULL}')$$,
    'another app''s order of the same number is not known');
SELECT is_empty(
    $$SELECT * FROM yizhan.recall(ARRAY[test.app('rrx')], '{A1}', '{paid}', '{fingerprint}'::bytea[], '{NULL}')$$,
    'nor is another event of the order');

SELECT * FROM test.store('B1', dedupe_key => '1/push', ordered => true)
    AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
SELECT results_eq(
    $$SELECT event_id, same_content FROM yizhan.recall(
        ARRAY[test.app('rrx')], '{B1}', '{1/list}', '{other}'::bytea[], '{1/}')$$,
    $$VALUES (test.event('B1', dedupe_key => '1/push'), true)$$,
    'an event that came another way, in other words, is known by the start of its key');
SELECT is_empty(
    $$SELECT * FROM yizhan.recall(ARRAY[test.app('rrx')], '{B1}', '{8/list}', '{other}'::bytea[], '{8/}')$$,
    'one that starts otherwise is not');

-- The copy's outcome is nobody's answer.
SELECT is(test.settle('A1', 1, endpoint => 'audit'), 1::bigint, 'the copy is delivered');
SELECT results_eq(
    $$SELECT state FROM yizhan.recall(ARRAY[test.app('rrx')], '{A1}', '{""}', '{fingerprint}'::bytea[], '{NULL}')$$,
    'VALUES (NULL::text)', 'the outcome of a copy is not the answer');

SELECT * FROM finish();
ROLLBACK;
