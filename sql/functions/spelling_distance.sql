-- How many characters to insert, leave out or replace to get from one text to the other; texts are cut to 60 characters.
CREATE OR REPLACE FUNCTION yizhan.spelling_distance(one text, other text)
RETURNS integer
LANGUAGE plpgsql
IMMUTABLE
AS $$
DECLARE
    wanted text[] := string_to_array(left(one, 60), NULL);
    given text[] := string_to_array(left(other, 60), NULL);
    last integer[] := ARRAY(SELECT n FROM generate_series(0, cardinality(given)) AS n);
    current integer[];
BEGIN
    FOR row_number IN 1..cardinality(wanted) LOOP
        current := ARRAY[row_number];
        FOR column_number IN 1..cardinality(given) LOOP
            current := current || least(
                last[column_number] + CASE WHEN wanted[row_number] = given[column_number] THEN 0 ELSE 1 END,
                last[column_number + 1] + 1, current[column_number] + 1);
        END LOOP;
        last := current;
    END LOOP;
    RETURN last[cardinality(given) + 1];
END
$$;
