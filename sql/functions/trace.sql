-- The whole story of an order, in the order in which it happened.
CREATE OR REPLACE FUNCTION yizhan.trace(order_no text, app text DEFAULT NULL)
RETURNS TABLE (at timestamptz, what text, detail text)
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
-- As in yizhan.requeue.
SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
    wanted_order text := $1;
    wanted_app integer := yizhan.resolve_app($1, $2);
BEGIN
    RETURN QUERY
    WITH story AS (
        SELECT e.received_at AS at, 0 AS rank, e.seq, 'received' AS what,
            format(
                '%s by %s, event %s, trace %s: %s', e.type, a.name, e.id,
                coalesce(split_part(e.traceparent, '-', 2), replace(e.id::text, '-', '')),
                yizhan.readable(e.body)) AS detail
        FROM yizhan.event AS e
        JOIN yizhan.app AS a ON a.id = e.app_id
        WHERE e.order_no = wanted_order AND e.app_id = wanted_app
        UNION ALL
        SELECT e.received_at, 1, e.seq, 'warning', e.warning
        FROM yizhan.event AS e
        WHERE e.order_no = wanted_order AND e.app_id = wanted_app AND e.warning IS NOT NULL
        UNION ALL
        SELECT r.last_at, 2, e.seq, 'repeated',
            concat_ws(', ',
                CASE WHEN r.repeats > 0 THEN format('%s times with the same content', r.repeats) END,
                CASE WHEN r.conflicts > 0 THEN format('%s times with other content, refused', r.conflicts) END)
                || format(', first at %s', r.first_at)
        FROM yizhan.event AS e
        JOIN yizhan.repeat AS r ON r.event_id = e.id
        WHERE e.order_no = wanted_order AND e.app_id = wanted_app
        UNION ALL
        SELECT coalesce(t.started_at, t.recorded_at), 3, e.seq,
            CASE t.result
                WHEN 'failed' THEN format('attempt %s failed', t.attempt)
                WHEN 'interrupted' THEN format('attempt %s interrupted', t.attempt)
                ELSE t.result
            END,
            concat_ws('; ',
                p.name,
                'after ' || t.took_ms || ' ms',
                t.reason,
                'answer: ' || t.answer_start,
                'relay ' || t.relay,
                CASE
                    WHEN t.result IN ('failed', 'interrupted') THEN 'due again at ' || t.next_due_at
                    ELSE 'later requeued'
                END)
        FROM yizhan.event AS e
        JOIN yizhan.attempt AS t ON t.event_id = e.id
        LEFT JOIN yizhan.endpoint AS p ON p.id = t.endpoint_id
        WHERE e.order_no = wanted_order AND e.app_id = wanted_app
        UNION ALL
        SELECT q.due_at, 4, e.seq,
            CASE
                WHEN q.lease_until >= clock_timestamp() THEN 'in flight'
                WHEN p.paused_at IS NOT NULL THEN 'waiting, endpoint paused'
                WHEN q.due_at > clock_timestamp() THEN 'scheduled'
                ELSE 'due'
            END,
            concat_ws('; ',
                p.name,
                format('%s attempts so far', q.attempt),
                CASE WHEN q.lease_until >= clock_timestamp() THEN 'relay ' || q.lease_owner END,
                p.paused_reason)
        FROM yizhan.event AS e
        JOIN yizhan.outbox AS q ON q.event_id = e.id
        LEFT JOIN yizhan.endpoint AS p ON p.id = q.endpoint_id
        WHERE e.order_no = wanted_order AND e.app_id = wanted_app
        UNION ALL
        SELECT o.settled_at, 5, e.seq, o.state,
            concat_ws('; ',
                p.name,
                'attempt ' || nullif(o.attempts, 0),
                'after ' || o.took_ms || ' ms',
                'HTTP ' || o.http_status,
                o.reason,
                'answer: ' || coalesce(yizhan.readable(o.answer), o.answer_start),
                'warning: ' || o.warning,
                'relay ' || o.relay)
        FROM yizhan.event AS e
        JOIN yizhan.outcome AS o ON o.event_id = e.id
        LEFT JOIN yizhan.endpoint AS p ON p.id = o.endpoint_id
        WHERE e.order_no = wanted_order AND e.app_id = wanted_app
        UNION ALL
        SELECT l.at, 6, l.id, l.action || ' by ' || l.who,
            format('%s rows %s', l.row_count, jsonb_strip_nulls(l.arguments))
        FROM yizhan.ops_log AS l
        WHERE l.order_no = wanted_order AND l.app_id = wanted_app
    )
    SELECT s.at, s.what, s.detail FROM story AS s ORDER BY s.at, s.rank, s.seq;
END
$$;
