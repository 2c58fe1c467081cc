-- Per minute of the last day: events accepted, and deliveries by how they ended.
CREATE OR REPLACE VIEW yizhan.throughput AS
SELECT
    m.minute,
    coalesce(sum(t.count) FILTER (WHERE t.what = 'event'), 0)::bigint AS accepted,
    coalesce(sum(t.count) FILTER (WHERE t.what = 'delivered'), 0)::bigint AS delivered,
    coalesce(sum(t.count) FILTER (WHERE t.what = 'refused'), 0)::bigint AS refused,
    coalesce(sum(t.count) FILTER (WHERE t.what = 'exhausted'), 0)::bigint AS exhausted
FROM generate_series(
    date_trunc('minute', now()) - interval '1 day' + interval '1 minute', date_trunc('minute', now()), interval '1 minute'
) AS m (minute)
LEFT JOIN yizhan.tally AS t ON t.minute = m.minute
GROUP BY m.minute;
