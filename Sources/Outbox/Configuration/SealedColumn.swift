import PostgreSQL
import RelayCore

/// A column whose values are sealed, each for its row: where it belongs is authenticated with it.
///
/// Whatever the relay seals has to be named here, so that it is sealed anew when the master key is replaced.
struct SealedColumn: Sendable {
    /// What its values are called, such as `apps`.
    let name: String
    private let table: String
    private let column: String
    /// The columns that tell a row, all of them text.
    private let key: [String]
    /// Where a value belongs, by its row's key.
    let place: @Sendable (_ key: [String]) -> String

    static let all = [apps, endpoints, links, tokens]

    private static let apps = SealedColumn(
        name: "apps", table: "app", column: "sealed_secrets", key: ["name"],
        place: { SealedSecrets.Row.app($0[0]).place })
    private static let endpoints = SealedColumn(
        name: "endpoints", table: "endpoint", column: "sealed_secrets", key: ["name"],
        place: { SealedSecrets.Row.endpoint($0[0]).place })
    private static let links = SealedColumn(
        name: "links", table: "shop_authorization", column: "sealed_link", key: ["shop_id"],
        place: { ShopAuthorizationStore.place($0[0]) })
    private static let tokens = SealedColumn(
        name: "tokens", table: "access_token", column: "sealed_token", key: ["base_url", "client_id", "grant_id"],
        place: { AccessGrant(baseURL: $0[0], clientID: $0[1], grantID: $0[2]).place })

    struct Value: Sendable {
        let key: [String]
        let sealed: [UInt8]
    }

    /// No row comes before it.
    var start: [String] { key.map { _ in "" } }

    /// Values that another key than this one sealed, of the rows that come next.
    func outdated(
        besides id: MasterKey.ID, after last: [String], limit: Int, on connection: isolated PostgresConnection
    ) async throws(PostgresError) -> [Value] {
        let columns = key.map { "t.\($0)" }.joined(separator: ", ")
        let last = last.map { PostgresParameter.text($0) }
        let places = last.indices.map { "$\($0 + 3)" }.joined(separator: ", ")
        let rows = try await connection.query(
            PostgresStatement(
                """
                SELECT t.\(column), \(columns) FROM yizhan.\(table) AS t
                WHERE length(t.\(column)) > 0 AND \(Self.keyID(of: column)) <> $1 AND (\(columns)) > (\(places))
                ORDER BY \(columns) LIMIT $2
                """), [.bytea(id.bytes), .int64(Int64(limit))] + last)
        return try rows.map { (row) throws(PostgresError) in
            Value(
                key: try key.indices.map { (index) throws(PostgresError) in try row.text(index + 1) },
                sealed: try row.bytes(0))
        }
    }

    /// Returns how many of the values were still as they had been read: what somebody has replaced meanwhile is left
    /// alone. What was done is logged with it.
    func replace(
        _ values: [(before: Value, sealed: [UInt8])], sealedWith id: MasterKey.ID,
        on connection: isolated PostgresConnection
    ) async throws(PostgresError) -> Int {
        let keys = key.indices.map { index in PostgresParameter.texts(values.map { $0.before.key[index] }) }
        let arrays = keys.indices.map { "$\($0 + 5)" }.joined(separator: ", ")
        let sameKey = key.map { "t.\($0) = n.\($0)" }.joined(separator: " AND ")
        let rows = try await connection.query(
            PostgresStatement(
                """
                WITH replaced AS (
                    UPDATE yizhan.\(table) AS t SET \(column) = n.sealed_now
                    FROM unnest($1, $2, \(arrays)) AS n (sealed_before, sealed_now, \(key.joined(separator: ", ")))
                    WHERE \(sameKey) AND t.\(column) = n.sealed_before
                    RETURNING 1
                ), logged AS (
                    INSERT INTO yizhan.ops_log (action, arguments, row_count)
                    SELECT 'rotate_keys', jsonb_build_object('key', $3, 'what', $4), count(*) FROM replaced
                    HAVING count(*) > 0
                )
                SELECT count(*) FROM replaced
                """),
            [
                .byteas(values.map(\.before.sealed)), .byteas(values.map(\.sealed)), .text("\(id)"), .text(name),
            ] + keys)
        return Int(try rows[0].int64(0))
    }

    /// How many values each key has sealed.
    func counts(on connection: isolated PostgresConnection) async throws(PostgresError) -> [MasterKey.ID: Int] {
        let rows = try await connection.query(
            PostgresStatement(
                """
                SELECT \(Self.keyID(of: column)), count(*) FROM yizhan.\(table) AS t
                WHERE length(t.\(column)) > 0 GROUP BY 1
                """))
        var counts: [MasterKey.ID: Int] = [:]
        for row in rows { counts[MasterKey.ID(bytes: try row.bytes(0))] = Int(try row.int64(1)) }
        return counts
    }

    /// Behind the version's byte: see `SecretBox`.
    private static func keyID(of column: String) -> String {
        "substr(t.\(column), 2, \(MasterKey.ID.byteCount))"
    }
}
