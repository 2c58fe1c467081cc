BEGIN;
\ir fixture/teahouse.psql
SELECT plan(14);

-- One order through everything that can happen to it. A transaction has one now(), so times are set apart by hand.
SELECT * FROM test.store('A1', '{erp,audit,till}') AS (event_id uuid, endpoint_id integer, leased boolean) \g /dev/null
UPDATE yizhan.event SET received_at = now() - interval '10 minutes', warning = 'price differs';
SELECT isnt_empty(
    $$SELECT * FROM yizhan.recall(array_fill(test.app('rrx'), '{3}'), '{A1,A1,A1}', '{"","",""}',
        '{fingerprint,fingerprint,other}'::bytea[], '{NULL,NULL,NULL}')$$, 'sent again');
UPDATE yizhan.repeat SET first_at = now() - interval '9 minutes', last_at = now() - interval '8 minutes';

SELECT is(test.reschedule('A1', 1, '1 minute'), 1::bigint, 'an attempt fails');
UPDATE yizhan.attempt SET started_at = now() - interval '7 minutes';
UPDATE yizhan.outbox SET due_at = now() WHERE endpoint_id = test.endpoint('erp');
SELECT isnt_empty($$SELECT * FROM test.claim('erp')$$, 'it is claimed again');
SELECT is(test.reschedule('A1', 2, '0', 'interrupted'), 1::bigint, 'an attempt is interrupted');
UPDATE yizhan.attempt SET started_at = now() - interval '6 minutes' WHERE token = 2;
SELECT isnt_empty($$SELECT * FROM test.claim('erp')$$, 'it is claimed again');
SELECT is(test.settle('A1', 3, 'refused'), 1::bigint, 'it is refused');
UPDATE yizhan.outcome SET started_at = now() - interval '5 minutes';
SELECT isnt_empty($$SELECT * FROM yizhan.requeue('A1', endpoint => 'erp')$$, 'it is requeued');
UPDATE yizhan.ops_log SET at = now() - interval '4 minutes';
SELECT isnt_empty($$SELECT * FROM test.claim('erp')$$, 'it is claimed again');
SELECT is(test.settle('A1', 5), 1::bigint, 'it is delivered');
UPDATE yizhan.outcome SET settled_at = now() - interval '3 minutes';
UPDATE yizhan.outbox SET due_at = now() - interval '2 minutes' WHERE endpoint_id = test.endpoint('audit');
UPDATE yizhan.outbox SET due_at = now() + interval '1 hour', lease_until = NULL
WHERE endpoint_id = test.endpoint('till');

SELECT results_eq(
    $$SELECT at, replace(what, session_user, 'me') COLLATE "default" FROM yizhan.trace('A1')$$,
    $$VALUES
        (now() - interval '10 minutes', 'received'),
        (now() - interval '10 minutes', 'warning'),
        (now() - interval '8 minutes', 'repeated'),
        (now() - interval '7 minutes', 'attempt 1 failed'),
        (now() - interval '6 minutes', 'attempt 2 interrupted'),
        (now() - interval '5 minutes', 'refused'),
        (now() - interval '4 minutes', 'requeue by me'),
        (now() - interval '3 minutes', 'delivered'),
        (now() - interval '2 minutes', 'in flight'),
        (now() + interval '1 hour', 'scheduled')$$,
    'the story is complete and in the order in which it happened');
SELECT results_eq(
    $$SELECT regexp_replace(
            replace(
                replace(detail, test.event('A1')::text, 'ID'), replace(test.event('A1')::text, '-', ''), 'TRACE'), '\d{4}-\d\d-\d\d [0-9:.]+([+-]\d+)?',
                'TIME') COLLATE "default"
        FROM yizhan.trace('A1')$$,
    $$VALUES
        ('goods.issue by rrx, event ID, trace TRACE: body of A1'),
        ('price differs'),
        ('2 times with the same content, 1 times with other content, refused, first at TIME'),
        ('erp; after 1500 ms; HTTP 502; answer: bad gateway; relay 1; due again at TIME'),
        ('erp; after 1500 ms; HTTP 502; answer: bad gateway; relay 1; due again at TIME'),
        ('erp; after 1500 ms; reason of refused; answer: start; relay 1; later requeued'),
        ('1 rows {"endpoint": "erp"}'),
        ('erp; attempt 1; after 1500 ms; HTTP 200; reason of delivered; answer: answer to A1; warning: a warning; relay 1'),
        ('audit; 1 attempts so far; relay 1'),
        ('till; 1 attempts so far')$$,
    'each line says what there is to know');

UPDATE yizhan.outbox SET lease_until = NULL WHERE endpoint_id = test.endpoint('audit');
UPDATE yizhan.endpoint SET paused_at = now(), paused_reason = 'they moved' WHERE name = 'till';
SELECT set_eq(
    $$SELECT what, detail FROM yizhan.trace('A1') WHERE at > now() - interval '3 minutes'$$,
    $$VALUES ('due', 'audit; 1 attempts so far'), ('waiting, endpoint paused', 'till; 1 attempts so far; they moved')$$,
    'what waits is said to be due, or paused');

UPDATE yizhan.event SET
    body = '\xff00'::bytea, traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
SELECT matches(
    (SELECT detail FROM yizhan.trace('A1', 'rrx') WHERE what = 'received'), 
    'event .*, trace 4bf92f3577b34da6a3ce929d0e0e4736: \\377\\000$',
    'a caller''s trace is named, and a body that is no text is shown escaped');
SELECT throws_ok($$SELECT * FROM yizhan.trace('A1', 'alliance')$$, 'P0002', NULL, 'another app''s order is not found');

SELECT * FROM finish();
ROLLBACK;
