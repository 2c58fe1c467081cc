-- A hint for a name that is not there: the nearest one, and what there is.
CREATE OR REPLACE FUNCTION yizhan.suggestion(kind text, wanted text, known text[])
RETURNS text
LANGUAGE plpgsql
IMMUTABLE
AS $$
DECLARE
    nearest text;
    shown text;
BEGIN
    SELECT n.name INTO nearest
    FROM unnest(known) AS n (name)
    WHERE yizhan.spelling_distance(lower(wanted), lower(n.name)) <= length(wanted) / 3 + 1
    ORDER BY yizhan.spelling_distance(lower(wanted), lower(n.name)), n.name
    LIMIT 1;
    SELECT string_agg(n.name, ', ' ORDER BY n.name) || CASE WHEN cardinality(known) > 30 THEN ', …' ELSE '' END
    INTO shown
    FROM (SELECT k.name FROM unnest(known) AS k (name) ORDER BY k.name LIMIT 30) AS n;
    RETURN concat_ws(' ', 'Did you mean ' || nearest || '?', format('%s are: %s.', kind, coalesce(shown, 'none yet')));
END
$$;
