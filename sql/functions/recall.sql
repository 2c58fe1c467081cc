-- What is known of events that a platform sent again, in the order asked; counts the repeat.
CREATE OR REPLACE FUNCTION yizhan.recall(
    app_ids integer[], order_nos text[], dedupe_keys text[], fingerprints bytea[]
)
RETURNS TABLE (
    place bigint,
    event_id uuid,
    reply_endpoint_id integer,
    same_content boolean,
    -- NULL while the delivery is open.
    state text,
    answer bytea
)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO yizhan.repeat AS r (event_id, repeats, conflicts)
    SELECT
        e.id,
        count(*) FILTER (WHERE e.fingerprint = i.fingerprint),
        count(*) FILTER (WHERE e.fingerprint <> i.fingerprint)
    FROM unnest(app_ids, order_nos, dedupe_keys, fingerprints) AS i (app_id, order_no, dedupe_key, fingerprint)
    JOIN yizhan.event AS e USING (order_no, app_id, dedupe_key)
    GROUP BY e.id
    ORDER BY e.id
    ON CONFLICT (event_id) DO UPDATE
    SET repeats = r.repeats + excluded.repeats, conflicts = r.conflicts + excluded.conflicts, last_at = now();

    RETURN QUERY
    SELECT i.place, e.id, e.reply_endpoint_id, e.fingerprint = i.fingerprint, o.state, o.answer
    FROM unnest(app_ids, order_nos, dedupe_keys, fingerprints) WITH ORDINALITY
        AS i (app_id, order_no, dedupe_key, fingerprint, place)
    JOIN yizhan.event AS e USING (order_no, app_id, dedupe_key)
    LEFT JOIN yizhan.outcome AS o ON o.event_id = e.id AND o.endpoint_id = e.reply_endpoint_id;
END
$$;
