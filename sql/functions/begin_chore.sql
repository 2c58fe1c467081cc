-- Whether the caller is the one who does a chore now: of all relays one, and not before it was begun `every` ago.
CREATE OR REPLACE FUNCTION yizhan.begin_chore(chore text, every interval)
RETURNS boolean
LANGUAGE plpgsql
AS $$
BEGIN
    -- Most who ask are told no, and need not write for that.
    IF EXISTS (SELECT FROM yizhan.chore AS c WHERE c.name = chore AND c.begun_at > clock_timestamp() - every) THEN
        RETURN false;
    END IF;
    INSERT INTO yizhan.chore AS c (name, begun_at)
    VALUES (chore, clock_timestamp())
    ON CONFLICT (name) DO UPDATE SET begun_at = clock_timestamp()
    WHERE c.begun_at <= clock_timestamp() - every;
    RETURN FOUND;
END
$$;
