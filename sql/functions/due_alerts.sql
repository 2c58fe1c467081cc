-- What operators want to be told and were not told yet: for each of their endpoints the oldest first, and no more than may
-- still be told in this period. Never about the relay's own endpoints, so that an alert that dies raises none.
--
-- An occurrence is told by its endpoint and its time: a pause by when it began, a breaker by when it opened, dead letters by
-- their ten minutes, of which the last twenty at most are looked at.
CREATE OR REPLACE FUNCTION yizhan.due_alerts(
    alert_endpoint_ids integer[], kinds text[], merchants text[], open_fors interval[], counts integer[], periods interval[]
)
RETURNS TABLE (
    alert_endpoint_id integer,
    kind text,
    endpoint text,
    merchant text,
    since timestamptz,
    since_text text,
    dead bigint,
    reason text,
    order_no text,
    dedupe_key text
)
LANGUAGE plpgsql
STABLE
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH taker AS MATERIALIZED (
        SELECT
            i.id, string_to_array(i.kinds, ',') AS kinds, i.merchant, i.open_for,
            i.count - (
                SELECT count(*)
                FROM yizhan.event AS e
                WHERE e.app_id = -1 AND e.dedupe_key <> '' AND e.received_at > clock_timestamp() - i.period
                    AND e.reply_endpoint_id = i.id
            ) AS room
        FROM unnest(alert_endpoint_ids, kinds, merchants, open_fors, counts, periods)
            AS i (id, kinds, merchant, open_for, count, period)
    ),
    occurrence AS (
        SELECT 'endpoint_paused' AS kind, p.id AS endpoint_id, p.paused_at AS since, 0::bigint AS dead, p.paused_reason AS reason
        FROM yizhan.endpoint AS p
        WHERE p.paused_at IS NOT NULL
        UNION ALL
        SELECT 'breaker_open', b.endpoint_id, min(b.opened_at), 0, min(b.reason)
        FROM yizhan.endpoint_breaker AS b
        WHERE b.said_at > clock_timestamp() - interval '2 minutes'
        GROUP BY b.endpoint_id
        UNION ALL
        SELECT 'dead_letters', o.endpoint_id, date_bin('10 minutes', o.settled_at, '2000-01-01 00:00Z'), count(*), NULL
        FROM yizhan.outcome AS o
        -- The three are the index's. A refusal is not told: it is an answer, and the platform has it.
        WHERE o.state IN ('refused', 'exhausted', 'expired')
            AND o.state <> 'refused'
            AND o.settled_at >= date_bin('10 minutes', statement_timestamp() - interval '10 minutes', '2000-01-01 00:00Z')
        GROUP BY 2, 3
    ),
    untold AS (
        SELECT
            t.id, t.room, o.kind, p.name AS endpoint, m.name AS merchant, o.since, o.dead, o.reason, k.order_no, k.dedupe_key,
            row_number() OVER (PARTITION BY t.id ORDER BY o.since, o.kind, p.name) AS place
        FROM taker AS t
        JOIN occurrence AS o ON o.kind = ANY (t.kinds)
        JOIN yizhan.endpoint AS p ON p.id = o.endpoint_id AND p.removed_at IS NULL
        JOIN yizhan.merchant AS m ON m.id = p.merchant_id AND m.id <> -1,
        LATERAL (
            SELECT
                concat(o.kind, ':', p.name) AS order_no,
                concat(t.id, '/', floor(extract(epoch FROM o.since) * 1000)::bigint) AS dedupe_key
        ) AS k
        WHERE (t.merchant IS NULL OR t.merchant = m.name)
            AND (o.kind <> 'breaker_open' OR o.since <= clock_timestamp() - t.open_for)
            AND NOT EXISTS (
                SELECT FROM yizhan.event AS e
                WHERE e.order_no = k.order_no AND e.app_id = -1 AND e.dedupe_key = k.dedupe_key)
    )
    SELECT
        u.id, u.kind, u.endpoint, u.merchant, u.since, to_char(u.since AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI'),
        u.dead, u.reason, u.order_no, u.dedupe_key
    FROM untold AS u
    WHERE u.place <= u.room;
END
$$;
