BEGIN;
\ir fixture/teahouse.psql
SELECT plan(10);

CREATE FUNCTION test.show(relay integer, endpoints text[], open_for interval DEFAULT '10 s', reason text DEFAULT 'HTTP 500')
RETURNS void LANGUAGE sql AS $$
    SELECT yizhan.show_breakers(
        relay, ARRAY(SELECT test.endpoint(e) FROM unnest(endpoints) AS e), array_fill(open_for, ARRAY[cardinality(endpoints)]),
        array_fill(reason, ARRAY[cardinality(endpoints)]));
$$;
SELECT lives_ok($$SELECT test.show(1, '{erp,audit}')$$, 'a relay leaves two endpoints alone');
SELECT set_eq(
    'SELECT endpoint FROM yizhan.backlog WHERE breaker_open_since IS NOT NULL', $$VALUES ('erp'), ('audit')$$,
    'as everybody can see');
CREATE TEMP TABLE before AS SELECT * FROM yizhan.endpoint_breaker;
SELECT lives_ok($$SELECT test.show(2, '{erp}', '1 s')$$, 'another leaves one of them alone');
SELECT lives_ok($$SELECT test.show(1, '{erp,audit}', '20 s', 'HTTP 502')$$, 'the first says it again');
SELECT results_eq(
    $$SELECT b.relay, b.reason, b.opened_at = k.opened_at
        FROM yizhan.endpoint_breaker AS b JOIN before AS k USING (endpoint_id)
        WHERE endpoint_id = test.endpoint('erp') ORDER BY b.relay$$,
    $$VALUES (1, 'HTTP 502', true), (2, 'HTTP 500', true)$$, 'and they agree on when it began');
SELECT lives_ok($$SELECT test.show(1, '{}')$$, 'the first calls them again');
SELECT set_eq(
    'SELECT endpoint FROM yizhan.backlog WHERE breaker_open_since IS NOT NULL', $$VALUES ('erp')$$,
    'what another leaves alone stays');
UPDATE yizhan.endpoint_breaker SET said_at = said_at - interval '3 minutes';
SELECT is_empty(
    'SELECT FROM yizhan.backlog WHERE breaker_open_since IS NOT NULL', 'what was not said lately is of a dead relay');
SELECT is(yizhan.expire_held(1, 10), 0::bigint, 'and once somebody tidies up');
SELECT is_empty('SELECT FROM yizhan.endpoint_breaker', 'it is gone');

SELECT * FROM finish();
ROLLBACK;
