BEGIN;
\ir fixture/teahouse.psql
SELECT plan(17);

CREATE FUNCTION test.take(calls_limit integer, at timestamptz DEFAULT clock_timestamp(), app text DEFAULT 'alliance')
RETURNS boolean LANGUAGE sql AS $$
    SELECT yizhan.take_api_call(test.app(app), calls_limit, at);
$$;

CREATE FUNCTION test.left(calls_limit integer, at timestamptz DEFAULT clock_timestamp(), app text DEFAULT 'alliance')
RETURNS integer LANGUAGE sql AS $$
    SELECT q.calls_left FROM yizhan.quota_left(test.app(app), calls_limit, at) AS q;
$$;

SELECT is(yizhan.beijing_day('2026-11-25 15:59:59.999+00'), '2026-11-25'::date, 'a day ends in Beijing');
SELECT is(yizhan.beijing_day('2026-11-25 16:00:00+00'), '2026-11-26'::date, 'and not in UTC');

SELECT is(test.left(2, '2026-11-25 15:00+00'), 2, 'nothing is used');
SELECT is(test.take(2, '2026-11-25 15:00+00'), true, 'the first call');
SELECT is(test.take(2, '2026-11-25 15:00+00'), true, 'the second');
SELECT is(test.take(2, '2026-11-25 15:59:59+00'), false, 'there is no third on this day');
SELECT results_eq(
    $$SELECT calls_left, resets_in FROM yizhan.quota_left(test.app('alliance'), 2, '2026-11-25 15:59:59+00')$$,
    $$VALUES (0, interval '1 second')$$, 'what is used up comes back at midnight in Beijing');
SELECT is(test.take(2, '2026-11-25 15:59:59+00', 'rrx'), true, 'another app has its own calls');
SELECT is(test.take(2, '2026-11-25 16:00:00+00'), true, 'the next day begins with all calls');
SELECT is(test.left(3, '2026-11-25 15:59:59+00'), 1, 'a higher limit counts at once');
SELECT is(test.take(0, '2026-11-27 00:00+00'), false, 'a limit of nothing leaves nothing');
SELECT is(test.take(NULL, '2026-11-25 15:00+00'), true, 'no limit, no end');
SELECT is(test.left(NULL, '2026-11-25 15:00+00'), NULL, 'and no number of calls that are left');

SELECT yizhan.use_up_api_quota(test.app('alliance'), 2000, '2026-11-28 00:00+00') \g /dev/null
SELECT is(test.take(2000, '2026-11-28 01:00+00'), false, 'the platform says that the day is used up');
SELECT is(test.left(2000, '2026-11-28 01:00+00'), 0, 'nothing is left');
SELECT is(test.take(3000, '2026-11-28 01:00+00'), true, 'a raise opens it again');
SELECT is(test.take(2000, '2026-11-28 16:00+00'), true, 'and so does the next day');

SELECT * FROM finish();
ROLLBACK;
