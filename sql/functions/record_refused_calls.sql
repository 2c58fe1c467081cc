-- Keeps what was refused: of each app the latest 500 calls and no more. Called at most once a second by each relay.
CREATE OR REPLACE FUNCTION yizhan.record_refused_calls(
    app_ids integer[], ages interval[], reasons text[], details text[], remote_addresses text[], parameter_names jsonb[]
)
RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO yizhan.refused_call (app_id, at, reason, detail, remote_address, parameters)
    SELECT
        i.app_id, clock_timestamp() - i.age, i.reason, i.detail, i.remote_address,
        ARRAY(SELECT jsonb_array_elements_text(i.parameters))
    FROM unnest(app_ids, ages, reasons, details, remote_addresses, parameter_names) WITH ORDINALITY
        AS i (app_id, age, reason, detail, remote_address, parameters, place)
    ORDER BY i.place;

    DELETE FROM yizhan.refused_call AS r
    USING (
        SELECT a.app_id, (
            SELECT k.id FROM yizhan.refused_call AS k
            WHERE k.app_id = a.app_id ORDER BY k.id DESC OFFSET 500 LIMIT 1
        ) AS last_id
        FROM (SELECT DISTINCT unnest(app_ids)) AS a (app_id)
    ) AS old
    WHERE r.app_id = old.app_id AND r.id <= old.last_id;
END
$$;
