package import PostgreSQL
package import RelayCore

/// Keeps the links by which shops authorize the verification of their vouchers, sealed, one for each shop.
package struct ShopAuthorizationStore: Sendable {
    private let pool: PostgresPool
    private let box: SecretBox

    package init(pool: PostgresPool, box: SecretBox) {
        self.pool = pool
        self.box = box
    }

    package func hasMerchant(named name: String) async throws(PostgresError) -> Bool {
        try await pool.query(
            """
            SELECT EXISTS (SELECT FROM yizhan.merchant AS m WHERE m.name = $1 AND m.removed_at IS NULL)
            """, [.text(name)])[0].bool(0)
    }

    /// In the place of the one before. Who asked is logged with it, and never the link.
    package func keep(
        _ link: Secret, for shop: ShopID, merchant: String?, by requester: String
    ) async throws -> ShopAuthorization {
        let sealed = try box.seal(Array(link.reveal().utf8), for: Self.place("\(shop)"))
        let at = try await pool.query(
            """
            WITH kept AS (
                INSERT INTO yizhan.shop_authorization AS s
                    (shop_id, merchant_id, sealed_link, requested_by, requested_at)
                VALUES ($1, (SELECT m.id FROM yizhan.merchant AS m WHERE m.name = $2), $3, $4, clock_timestamp())
                ON CONFLICT (shop_id) DO UPDATE SET
                    merchant_id = excluded.merchant_id, sealed_link = excluded.sealed_link,
                    requested_by = excluded.requested_by, requested_at = excluded.requested_at
                RETURNING s.requested_at
            ), logged AS (
                INSERT INTO yizhan.ops_log (action, arguments, row_count)
                SELECT 'authorize', jsonb_build_object('shop', $1, 'merchant', $2, 'by', $4), 1 FROM kept
            )
            SELECT k.requested_at FROM kept AS k
            """, [.text("\(shop)"), .text(merchant), .bytea(sealed), .text(requester)])[0].unixMicroseconds(0)
        return ShopAuthorization(
            shop: shop, merchant: merchant, link: link, requestedBy: requester,
            requestedAt: Timestamp(unixMilliseconds: at / 1_000))
    }

    /// Nil where none is kept. Throws `SealError` where the master key is another.
    package func kept(for shop: ShopID) async throws -> ShopAuthorization? {
        let rows = try await pool.query(
            """
            SELECT s.sealed_link, m.name, s.requested_by, s.requested_at
            FROM yizhan.shop_authorization AS s LEFT JOIN yizhan.merchant AS m ON m.id = s.merchant_id
            WHERE s.shop_id = $1
            """, [.text("\(shop)")])
        guard let row = rows.first else { return nil }
        let link = try box.open(row.bytes(0), for: Self.place("\(shop)"))
        return ShopAuthorization(
            shop: shop, merchant: try row.optional.text(1), link: Secret(String(decoding: link, as: UTF8.self)),
            requestedBy: try row.text(2), requestedAt: Timestamp(unixMilliseconds: try row.unixMicroseconds(3) / 1_000))
    }

    /// Returns whether there was one.
    package func forget(_ shop: ShopID, by requester: String) async throws(PostgresError) -> Bool {
        try await pool.query(
            """
            WITH forgotten AS (
                DELETE FROM yizhan.shop_authorization AS s WHERE s.shop_id = $1 RETURNING s.shop_id
            )
            INSERT INTO yizhan.ops_log (action, arguments, row_count)
            SELECT 'authorize_used', jsonb_build_object('shop', f.shop_id, 'by', $2), 1 FROM forgotten AS f
            RETURNING id
            """, [.text("\(shop)"), .text(requester)]
        ).first != nil
    }

    /// Where a shop's link belongs.
    static func place(_ shop: String) -> String {
        "voucher/\(shop)"
    }
}
