-- Per endpoint: what waits, what is in flight, and for how long the oldest has been due.
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
    p.paused_reason
FROM yizhan.endpoint AS p
LEFT JOIN yizhan.outbox AS q ON q.endpoint_id = p.id
WHERE p.removed_at IS NULL OR q.event_id IS NOT NULL
GROUP BY p.id;
