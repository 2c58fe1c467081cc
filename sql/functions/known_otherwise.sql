-- Which events of a batch are known by another dedupe key than their own: stored before, or by an earlier event of the
-- same batch. Their orders are locked, so that nobody stores one meanwhile.
CREATE OR REPLACE FUNCTION yizhan.known_otherwise(
    event_ids uuid[], app_ids integer[], order_nos text[], dedupe_keys text[], known_prefixes text[]
)
RETURNS uuid[]
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
BEGIN
    RETURN ARRAY(
        WITH input AS MATERIALIZED (
            SELECT * FROM unnest(event_ids, app_ids, order_nos, dedupe_keys, known_prefixes) WITH ORDINALITY
                AS i (id, app_id, order_no, dedupe_key, known_prefix, place)
        )
        SELECT i.id
        FROM input AS i
        WHERE i.known_prefix IS NOT NULL
            AND (
                EXISTS (
                    SELECT FROM yizhan.event AS e
                    WHERE e.order_no = i.order_no AND e.app_id = i.app_id
                        AND starts_with(e.dedupe_key, i.known_prefix))
                OR EXISTS (
                    SELECT FROM input AS earlier
                    WHERE earlier.place < i.place AND earlier.order_no = i.order_no AND earlier.app_id = i.app_id
                        AND starts_with(earlier.dedupe_key, i.known_prefix))));
END
$$;
