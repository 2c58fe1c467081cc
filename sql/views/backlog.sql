-- Per endpoint: what waits, what is in flight, for how long the oldest has been due, and what keeps deliveries from going
-- out: a pause, a daily quota that is used up, a breaker that is open at one relay or more.
CREATE OR REPLACE VIEW yizhan.backlog AS
SELECT
    p.name AS endpoint,
    count(q.event_id) FILTER (
        WHERE q.due_at <= clock_timestamp() AND (q.lease_until IS NULL OR q.lease_until < clock_timestamp())
    ) AS due,
    count(q.event_id) FILTER (
        WHERE q.due_at > clock_timestamp() AND (q.lease_until IS NULL OR q.lease_until < clock_timestamp())
    ) AS scheduled,
    count(q.event_id) FILTER (WHERE q.lease_until >= clock_timestamp()) AS in_flight,
    clock_timestamp() - min(q.due_at) FILTER (
        WHERE q.due_at <= clock_timestamp() AND (q.lease_until IS NULL OR q.lease_until < clock_timestamp())
    ) AS oldest_due_age,
    p.paused_at IS NOT NULL AS paused,
    p.paused_reason,
    p.daily_quota,
    CASE WHEN p.daily_quota IS NOT NULL THEN greatest(p.daily_quota - coalesce((
        SELECT u.used
        FROM yizhan.endpoint_quota AS u
        WHERE u.endpoint_id = p.id AND u.day >= (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date
    ), 0), 0) END AS quota_left,
    (
        SELECT min(b.opened_at)
        FROM yizhan.endpoint_breaker AS b
        WHERE b.endpoint_id = p.id AND b.said_at > clock_timestamp() - interval '2 minutes'
    ) AS breaker_open_since
FROM yizhan.endpoint AS p
LEFT JOIN yizhan.outbox AS q ON q.endpoint_id = p.id
WHERE p.removed_at IS NULL OR q.event_id IS NOT NULL
GROUP BY p.id;
