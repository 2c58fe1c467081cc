-- The functions that claim get a parameter more; no table is locked. Relays of the version before go on calling `claim`
-- until they are replaced: what is new stands last.
DROP FUNCTION IF EXISTS yizhan.claim(integer, interval, integer[], integer[]);
DROP FUNCTION IF EXISTS yizhan.within_quotas(integer[], integer[]);
