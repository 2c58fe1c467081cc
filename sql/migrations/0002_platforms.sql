-- What the platforms besides RenRenXiu's goods issue need. The columns have constant defaults, so that each table is
-- locked (ACCESS EXCLUSIVE) for a moment only and none is rewritten. The index locks `event` against writes (SHARE) for
-- as long as one scan of it takes, and holds nothing of RenRenXiu's events. References of new tables lock `merchant`
-- against writes (SHARE ROW EXCLUSIVE) for a moment.

-- Settings that one platform or one format alone has, without secrets.
ALTER TABLE yizhan.app ADD COLUMN options jsonb NOT NULL DEFAULT '{}';
ALTER TABLE yizhan.endpoint ADD COLUMN options jsonb NOT NULL DEFAULT '{}';
ALTER TABLE yizhan.configuration ADD COLUMN voucher_base_url text;
-- The sub-accounts that see the goods besides the main account; empty for all.
ALTER TABLE yizhan.goods ADD COLUMN login_ids text[] NOT NULL DEFAULT '{}';

-- Events of the order go to every endpoint one after the other, also where the endpoint itself is not ordered.
ALTER TABLE yizhan.event ADD COLUMN ordered boolean NOT NULL DEFAULT false;

-- Counts the month's orders of an app of a platform that has several events per order.
CREATE INDEX event_of_app ON yizhan.event (app_id, received_at, order_no) WHERE dedupe_key <> '';

-- Functions whose arguments have changed: `functions/` has them anew.
DROP FUNCTION IF EXISTS yizhan.store(
    integer, uuid[], integer[], text[], text[], text[], bytea[], bytea[], integer[], text[], uuid[], integer[],
    interval[], boolean[]);
DROP FUNCTION IF EXISTS yizhan.recall(integer[], text[], text[], bytea[]);
DROP FUNCTION IF EXISTS yizhan.give_back(uuid[], integer[], bigint[]);

-- The links by which shops authorize the verification of their vouchers at Meituan, until they are used or replaced.
CREATE TABLE yizhan.shop_authorization (
    shop_id text COLLATE "C" PRIMARY KEY,
    merchant_id integer REFERENCES yizhan.merchant,
    -- Whoever has the link can use it, so it is encrypted by the relay.
    sealed_link bytea NOT NULL,
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL
);

-- Access tokens of platforms' APIs: one for each client and shop at an address.
CREATE TABLE yizhan.access_token (
    base_url text NOT NULL,
    client_id text NOT NULL,
    grant_id text NOT NULL,
    -- Grows with every token; 0 where none has come yet.
    version bigint NOT NULL DEFAULT 0,
    -- Encrypted by the relay.
    sealed_token bytea,
    received_at timestamptz,
    renew_at timestamptz,
    expires_at timestamptz,
    -- The right to renew: the number grows with every lease and fences late renewers.
    renewal bigint NOT NULL DEFAULT 0,
    renewal_until timestamptz,
    renewal_owner integer,
    -- Failed renewals since the last that succeeded, and when the next may begin.
    failures integer NOT NULL DEFAULT 0,
    not_before timestamptz,
    PRIMARY KEY (base_url, client_id, grant_id),
    CHECK (num_nulls(sealed_token, received_at, renew_at, expires_at) IN (0, 4)),
    CHECK ((version = 0) = (sealed_token IS NULL)),
    CHECK ((renewal_until IS NULL) = (renewal_owner IS NULL))
);
