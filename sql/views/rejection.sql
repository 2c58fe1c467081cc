-- The latest calls that were refused, of each app 500 at most. It tells names of parameters, never values.
CREATE OR REPLACE VIEW yizhan.rejection AS
SELECT r.at, a.name AS app, r.reason, r.detail, r.remote_address, r.parameters
FROM yizhan.refused_call AS r
LEFT JOIN yizhan.app AS a ON a.id = r.app_id;
