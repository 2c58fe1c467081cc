-- What is known of events that a platform sent again, in the order asked; counts the repeat.
CREATE OR REPLACE FUNCTION yizhan.recall(
    app_ids integer[], order_nos text[], dedupe_keys text[], fingerprints bytea[], known_prefixes text[]
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
-- As in yizhan.settle.
SET enable_indexscan = off
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH known AS MATERIALIZED (
        SELECT
            i.place, e.id, e.reply_endpoint_id,
            -- Known by another key, it came another way, and in other words.
            e.dedupe_key <> i.dedupe_key OR e.fingerprint = i.fingerprint AS same_content
        FROM unnest(app_ids, order_nos, dedupe_keys, fingerprints, known_prefixes) WITH ORDINALITY
            AS i (app_id, order_no, dedupe_key, fingerprint, known_prefix, place),
        LATERAL (
            SELECT k.id, k.reply_endpoint_id, k.dedupe_key, k.fingerprint
            FROM yizhan.event AS k
            WHERE k.order_no = i.order_no AND k.app_id = i.app_id
                AND (k.dedupe_key = i.dedupe_key OR starts_with(k.dedupe_key, i.known_prefix))
            ORDER BY k.dedupe_key <> i.dedupe_key, k.seq
            LIMIT 1
        ) AS e
    ),
    counted AS (
        INSERT INTO yizhan.repeat AS r (event_id, repeats, conflicts)
        SELECT
            k.id, count(*) FILTER (WHERE k.same_content), count(*) FILTER (WHERE NOT k.same_content)
        FROM known AS k
        GROUP BY k.id
        ORDER BY k.id
        ON CONFLICT (event_id) DO UPDATE
        SET repeats = r.repeats + excluded.repeats, conflicts = r.conflicts + excluded.conflicts, last_at = now()
    )
    SELECT k.place, k.id, k.reply_endpoint_id, k.same_content, o.state, o.answer
    FROM known AS k
    LEFT JOIN yizhan.outcome AS o ON o.event_id = k.id AND o.endpoint_id = k.reply_endpoint_id;
END
$$;
