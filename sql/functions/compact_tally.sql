-- Puts together what was counted in minutes that yizhan.throughput does not show any more, and returns how many rows that
-- took away. Of two that do it at once the second waits, and finds nothing left to do.
CREATE OR REPLACE FUNCTION yizhan.compact_tally()
RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
    rows bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('yizhan.compact_tally', 0));
    WITH old AS (
        DELETE FROM yizhan.tally AS t
        WHERE t.minute > '-infinity' AND t.minute < date_trunc('minute', now()) - interval '1 day'
        RETURNING t.event_day, t.app_id, t.what, t.count, t.reopened
    ),
    kept AS (
        INSERT INTO yizhan.tally AS t (event_day, minute, app_id, what, shard, count, reopened)
        SELECT o.event_day, '-infinity', o.app_id, o.what, 16, sum(o.count), sum(o.reopened)
        FROM old AS o
        GROUP BY o.event_day, o.app_id, o.what
        ON CONFLICT (event_day, minute, app_id, what, shard) DO UPDATE
        SET count = t.count + excluded.count, reopened = t.reopened + excluded.reopened
    )
    SELECT count(*) INTO rows FROM old;
    RETURN rows;
END
$$;
