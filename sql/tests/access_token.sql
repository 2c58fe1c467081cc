BEGIN;
\ir fixture/teahouse.psql
SELECT plan(32);

CREATE FUNCTION test.look(relay integer DEFAULT 1, refused bigint DEFAULT 0, shop text DEFAULT 'shop')
RETURNS TABLE (token text, version bigint, renewal bigint, waits boolean) LANGUAGE sql AS $$
    SELECT convert_from(l.sealed_token, 'UTF8'), l.version, l.renewal, l.not_before_in IS NOT NULL
    FROM yizhan.look_for_token(relay, 'https://example.com', 'client', shop, refused, '15 s') AS l;
$$;
CREATE FUNCTION test.keep(
    renewal bigint, token text, renewed_after interval DEFAULT '9 s', usable_for interval DEFAULT '10 s'
) RETURNS bigint LANGUAGE sql AS $$
    SELECT yizhan.keep_token(
        'https://example.com', 'client', 'shop', renewal, convert_to(token, 'UTF8'), renewed_after, usable_for);
$$;
CREATE FUNCTION test.fail(renewal bigint, is_failure boolean DEFAULT true) RETURNS boolean LANGUAGE sql AS $$
    SELECT yizhan.fail_renewal('https://example.com', 'client', 'shop', renewal, is_failure);
$$;
-- As if that much time had gone by.
CREATE FUNCTION test.age_token(age interval) RETURNS void LANGUAGE sql AS $$
    UPDATE yizhan.access_token AS t
    SET received_at = t.received_at - age, renew_at = t.renew_at - age, expires_at = t.expires_at - age,
        renewal_until = t.renewal_until - age, not_before = t.not_before - age;
$$;

-- The first token.
SELECT results_eq(
    'SELECT * FROM test.look()', 'VALUES (NULL, NULL::bigint, 1::bigint, false)', 'who looks first is to renew');
SELECT results_eq(
    'SELECT * FROM test.look(2)', 'VALUES (NULL, NULL::bigint, NULL::bigint, false)', 'and nobody else meanwhile');
SELECT results_eq(
    $$SELECT * FROM test.look(2, shop => 'other')$$, 'VALUES (NULL, NULL::bigint, 1::bigint, false)',
    'another shop of the client has its own');
SELECT is(test.keep(1, 'first'), 1::bigint, 'the renewer keeps the token');
SELECT is(test.keep(1, 'again'), NULL, 'once');
SELECT results_eq(
    'SELECT * FROM test.look(2)', $$VALUES ('first', 1::bigint, NULL::bigint, false)$$, 'and everybody has it');

-- It is renewed before it expires.
SELECT test.age_token('9.5 s') \g /dev/null
SELECT results_eq(
    'SELECT * FROM test.look(1)', $$VALUES ('first', 1::bigint, 2::bigint, false)$$,
    'near its end one relay is to renew it');
SELECT results_eq(
    'SELECT * FROM test.look(2)', $$VALUES ('first', 1::bigint, NULL::bigint, false)$$,
    'the others go on with the old one');
SELECT test.age_token('1 s') \g /dev/null
SELECT results_eq(
    'SELECT * FROM test.look(2)', 'VALUES (NULL, NULL::bigint, NULL::bigint, false)', 'but not beyond its end');

-- The renewer is away for too long.
SELECT test.age_token('15 s') \g /dev/null
SELECT results_eq(
    'SELECT renewal FROM test.look(2)', 'VALUES (3::bigint)', 'a lease that ran out goes to the next');
SELECT is(test.keep(2, 'late'), NULL, 'the late renewer keeps nothing');
SELECT is(test.fail(2), false, 'nor does its failure count');
SELECT is(test.keep(3, 'second'), 2::bigint, 'the token of the latest renewal counts');
SELECT is(test.fail(3), false, 'after it nothing of the renewal does');
SELECT results_eq(
    'SELECT * FROM test.look()', $$VALUES ('second', 2::bigint, NULL::bigint, false)$$, 'the version has grown');

-- A token is refused.
SELECT results_eq(
    'SELECT * FROM test.look(1, refused => 1)', $$VALUES ('second', 2::bigint, NULL::bigint, false)$$,
    'who was refused an older one takes the newer');
SELECT results_eq(
    'SELECT * FROM test.look(1, refused => 2)', 'VALUES (NULL, NULL::bigint, 4::bigint, false)',
    'who was refused the newest is to renew it');

-- Renewals fail.
SELECT is(test.fail(4), true, 'a renewal fails');
SELECT results_eq(
    'SELECT * FROM test.look(2, refused => 2)', 'VALUES (NULL, NULL::bigint, NULL::bigint, true)',
    'nobody tries again at once');
SELECT results_eq(
    'SELECT * FROM test.look(2)', $$VALUES ('second', 2::bigint, NULL::bigint, true)$$,
    'who was not refused goes on with it');
SELECT is(not_before <= clock_timestamp() + interval '1 s', true, 'for a second')
FROM yizhan.access_token WHERE grant_id = 'shop';
SELECT test.age_token('1 s') \g /dev/null
SELECT results_eq('SELECT renewal FROM test.look(2, refused => 2)', 'VALUES (5::bigint)', 'after it one does');
SELECT is(test.fail(5), true, 'it fails again');
SELECT is(not_before > clock_timestamp() + interval '1.5 s', true, 'then for twice as long')
FROM yizhan.access_token WHERE grant_id = 'shop';
UPDATE yizhan.access_token SET failures = 29, not_before = NULL;
SELECT results_eq('SELECT renewal FROM test.look(2, refused => 2)', 'VALUES (6::bigint)', 'after very many times');
SELECT is(test.fail(6), true, 'it still fails');
SELECT is(
    not_before BETWEEN clock_timestamp() + interval '58 s' AND clock_timestamp() + interval '60 s', true,
    'and a minute is the longest')
FROM yizhan.access_token WHERE grant_id = 'shop';
UPDATE yizhan.access_token SET not_before = NULL;
SELECT results_eq('SELECT renewal FROM test.look(2, refused => 2)', 'VALUES (7::bigint)', 'the next begins');
SELECT is(test.fail(7, is_failure => false), true, 'a renewal that asked nothing is given back');
SELECT results_eq('SELECT renewal FROM test.look(1, refused => 2)', 'VALUES (8::bigint)', 'and another begins at once');
SELECT is(test.keep(8, 'third'), 3::bigint, 'a renewal succeeds');
SELECT is(failures, 0, 'and the failures are forgotten') FROM yizhan.access_token WHERE grant_id = 'shop';

SELECT * FROM finish();
ROLLBACK;
