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

-- Functions whose arguments or results have changed: `functions/` has them anew.
DROP FUNCTION IF EXISTS yizhan.store(
    integer, uuid[], integer[], text[], text[], text[], bytea[], bytea[], integer[], text[], uuid[], integer[],
    interval[], boolean[]);
DROP FUNCTION IF EXISTS yizhan.recall(integer[], text[], text[], bytea[]);
DROP FUNCTION IF EXISTS yizhan.give_back(uuid[], integer[], bigint[]);
DROP FUNCTION IF EXISTS yizhan.settle(
    integer, uuid[], integer[], bigint[], text[], interval[], integer[], integer[], text[], text[], bytea[], text[]);

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

-- Reconciliation ---------------------------------------------------------------------------------------------------

-- The calls that an app made to its platform's API, by the day in Beijing.
CREATE TABLE yizhan.api_quota (
    app_id integer NOT NULL,
    day date NOT NULL,
    calls integer NOT NULL,
    -- The platform itself said that the day's calls are used up, when this was thought to be their number. A higher
    -- one opens the day again.
    refused_at_limit integer,
    PRIMARY KEY (app_id, day)
);

-- How far the orders of one kind have been asked for. One relay at a time works on a row: it leases it, and whoever
-- finds the lease run out goes on at the page where it stopped.
CREATE TABLE yizhan.order_poll (
    app_id integer NOT NULL,
    -- The platform's number of the kind of orders.
    order_type integer NOT NULL,
    -- All that was modified before this was asked for.
    covered_until timestamptz,
    completed_at timestamptz,
    -- What is being asked for: what is left of the window, how much of it at a time, and which page comes next.
    window_from timestamptz,
    window_until timestamptz,
    span interval,
    page integer,
    page_limit integer,
    -- What the list said of the span's orders on its pages before.
    total integer,
    failures integer NOT NULL DEFAULT 0,
    -- After a failure.
    not_before timestamptz,
    token bigint NOT NULL DEFAULT 0,
    leased_at timestamptz,
    lease_until timestamptz,
    lease_owner integer,
    PRIMARY KEY (app_id, order_type),
    CHECK (window_from <= window_until),
    CHECK ((window_from IS NULL) = (window_until IS NULL)),
    CHECK (window_until IS NULL OR (span IS NOT NULL AND page IS NOT NULL AND page_limit IS NOT NULL))
);
