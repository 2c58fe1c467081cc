-- Per app and Beijing day, what became of the deliveries of the events that came on that day. What was accepted is
-- delivered, refused, open, dead or cancelled: a `difference` other than 0 says that somebody has changed tables by hand.
-- What is open is counted in the outbox itself, the rest where it was kept up with each change.
CREATE OR REPLACE VIEW yizhan.reconciliation AS
WITH kept AS (
    SELECT
        t.app_id,
        t.event_day,
        sum(t.count) FILTER (WHERE t.what = 'event') AS events,
        sum(t.count) FILTER (WHERE t.what = 'accepted') AS accepted,
        sum(t.count - t.reopened) FILTER (WHERE t.what = 'delivered') AS delivered,
        sum(t.count - t.reopened) FILTER (WHERE t.what = 'refused') AS refused,
        sum(t.count - t.reopened) FILTER (WHERE t.what IN ('exhausted', 'expired')) AS dead,
        sum(t.count - t.reopened) FILTER (WHERE t.what = 'cancelled') AS cancelled
    FROM yizhan.tally AS t
    GROUP BY t.app_id, t.event_day
),
waiting AS (
    SELECT d.event_day, q.app_id, count(*) AS open
    FROM (SELECT DISTINCT k.event_day FROM kept AS k) AS d
    JOIN yizhan.outbox AS q
        ON q.event_id >= yizhan.first_event_id(d.event_day) AND q.event_id < yizhan.first_event_id(d.event_day + 1)
    GROUP BY d.event_day, q.app_id
)
SELECT
    a.name AS app,
    k.event_day AS day,
    coalesce(k.events, 0)::bigint AS events,
    coalesce(k.accepted, 0)::bigint AS accepted,
    coalesce(k.delivered, 0)::bigint AS delivered,
    coalesce(k.refused, 0)::bigint AS refused,
    coalesce(w.open, 0)::bigint AS open,
    coalesce(k.dead, 0)::bigint AS dead,
    coalesce(k.cancelled, 0)::bigint AS cancelled,
    (coalesce(k.accepted, 0) - coalesce(k.delivered, 0) - coalesce(k.refused, 0) - coalesce(w.open, 0)
        - coalesce(k.dead, 0) - coalesce(k.cancelled, 0))::bigint AS difference
FROM kept AS k
LEFT JOIN waiting AS w ON w.app_id = k.app_id AND w.event_day = k.event_day
LEFT JOIN yizhan.app AS a ON a.id = k.app_id;
