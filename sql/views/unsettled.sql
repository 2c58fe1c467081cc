-- Open deliveries: what waits, and why the last attempt failed.
CREATE OR REPLACE VIEW yizhan.unsettled AS
SELECT
    a.name AS app,
    e.order_no,
    e.type,
    p.name AS endpoint,
    q.attempt,
    q.due_at,
    coalesce(q.lease_until >= clock_timestamp(), false) AS in_flight,
    p.paused_at IS NOT NULL AS paused,
    t.reason AS last_error,
    t.http_status AS last_http_status,
    coalesce(t.started_at, t.recorded_at) AS last_attempt_at,
    q.opened_at,
    q.event_id
FROM yizhan.outbox AS q
JOIN yizhan.event AS e ON e.id = q.event_id
LEFT JOIN yizhan.app AS a ON a.id = q.app_id
LEFT JOIN yizhan.endpoint AS p ON p.id = q.endpoint_id
LEFT JOIN LATERAL (
    SELECT f.reason, f.http_status, f.started_at, f.recorded_at
    FROM yizhan.attempt AS f
    WHERE f.event_id = q.event_id AND f.endpoint_id = q.endpoint_id
    ORDER BY f.token DESC
    LIMIT 1
) AS t ON true;
