-- Bytes as text where they are UTF-8, and as an escaped form of themselves where not.
CREATE OR REPLACE FUNCTION yizhan.readable(bytes bytea)
RETURNS text
LANGUAGE plpgsql
IMMUTABLE
AS $$
BEGIN
    RETURN convert_from(bytes, 'UTF8');
EXCEPTION WHEN character_not_in_repertoire OR untranslatable_character THEN
    RETURN encode(bytes, 'escape');
END
$$;
