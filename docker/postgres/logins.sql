-- The roles, and a login for each kind of user: one owns the schema and migrates it, one is the relays', one is an
-- operator's. A superuser runs it once, in the relays' database. Passwords come from the environment.
\set ON_ERROR_STOP on
\getenv owner_password OWNER_PASSWORD
\getenv service_password SERVICE_PASSWORD
\getenv operator_password OPERATOR_PASSWORD

CREATE ROLE yizhan_relay NOLOGIN;
CREATE ROLE yizhan_ops NOLOGIN;

CREATE ROLE yizhan_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE yizhan_service LOGIN PASSWORD :'service_password' IN ROLE yizhan_relay;
CREATE ROLE yizhan_operator LOGIN PASSWORD :'operator_password' IN ROLE yizhan_ops;

SELECT format('GRANT CREATE ON DATABASE %I TO yizhan_owner', current_database()) \gexec
