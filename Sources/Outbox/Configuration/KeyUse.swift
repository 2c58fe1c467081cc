package import PostgreSQL

/// A master key, and what in the database needs it.
package struct KeyUse: Sendable {
    package enum Rank: String, Sendable {
        /// It encrypts.
        case first
        /// It only decrypts.
        case other
        /// Something needs it, and it is not here.
        case missing
    }

    /// Eight hexadecimal digits.
    package let key: String
    package let rank: Rank
    /// How many values it has sealed, by what they are: `apps`, `endpoints`, `links`, `tokens`.
    package let values: [(what: String, count: Int)]

    package var total: Int { values.reduce(0) { $0 + $1.count } }

    /// Every key that is configured, in the order of `keys`, and then those that are missing.
    package static func read(of keys: MasterKeys, from pool: PostgresPool) async throws -> [KeyUse] {
        let counts = try await pool.withConnection { connection in
            var counts: [[MasterKey.ID: Int]] = []
            for column in SealedColumn.all { counts.append(try await column.counts(on: connection)) }
            return counts
        }
        var ids: [MasterKey.ID] = []
        for id in keys.all.map(\.id) where !ids.contains(id) { ids.append(id) }
        let configured = ids.count
        ids += Set(counts.flatMap(\.keys)).subtracting(ids).sorted { $0.description < $1.description }
        return ids.enumerated().map { index, id in
            KeyUse(
                key: "\(id)", rank: index == 0 ? .first : index < configured ? .other : .missing,
                values: zip(SealedColumn.all, counts).map { ($0.name, $1[id] ?? 0) })
        }
    }
}
