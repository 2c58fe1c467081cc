-- Deliveries that ended without being delivered, with the reason. A person decides: yizhan.requeue, or leave it.
CREATE OR REPLACE VIEW yizhan.dead_letters AS
SELECT
    o.settled_at,
    a.name AS app,
    e.order_no,
    e.type,
    p.name AS endpoint,
    o.state,
    o.reason,
    o.attempts,
    o.http_status,
    o.answer_start,
    o.event_id
FROM yizhan.outcome AS o
JOIN yizhan.event AS e ON e.id = o.event_id
LEFT JOIN yizhan.app AS a ON a.id = e.app_id
LEFT JOIN yizhan.endpoint AS p ON p.id = o.endpoint_id
WHERE o.state IN ('refused', 'exhausted', 'expired');
