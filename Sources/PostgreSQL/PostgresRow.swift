/// One row of a result. Columns are read by position, from 0, as the type that the statement gives them:
/// anything else, and NULL, throws `PostgresError.decoding`. `optional` reads NULL as nil.
package struct PostgresRow: Sendable {
    let result: PostgresResult
    let index: Int

    package var optional: PostgresOptionalRow { PostgresOptionalRow(row: self) }

    package func bool(_ column: Int) throws(PostgresError) -> Bool { try value(column) }
    package func int16(_ column: Int) throws(PostgresError) -> Int16 { try value(column) }
    /// Takes `int2` too.
    package func int32(_ column: Int) throws(PostgresError) -> Int32 { try value(column) }
    /// Takes `int2` and `int4` too.
    package func int64(_ column: Int) throws(PostgresError) -> Int64 { try value(column) }
    /// Takes `float4` too.
    package func double(_ column: Int) throws(PostgresError) -> Double { try value(column) }
    /// Takes `text` and its kin, `json`, `jsonb` and enums.
    package func text(_ column: Int) throws(PostgresError) -> String { try value(column) }
    package func bytes(_ column: Int) throws(PostgresError) -> [UInt8] { try value(column) }
    /// The first byte of the UUID is the most significant one.
    package func uuid(_ column: Int) throws(PostgresError) -> UInt128 { try value(column) }
    /// A `timestamptz`, or a `timestamp` taken as UTC. `Int64.max` and `.min` stand for the infinities.
    package func unixMicroseconds(_ column: Int) throws(PostgresError) -> Int64 {
        try value(column, as: PostgresTimestamp.self).unixMicroseconds
    }
    /// A day is 24 hours; an interval with months throws, as they have no fixed length.
    package func interval(_ column: Int) throws(PostgresError) -> Duration { try value(column) }

    /// Arrays have at most one dimension and no NULL in them.
    package func int32s(_ column: Int) throws(PostgresError) -> [Int32] {
        try value(column, as: ColumnArray.self).elements
    }
    package func int64s(_ column: Int) throws(PostgresError) -> [Int64] {
        try value(column, as: ColumnArray.self).elements
    }
    package func texts(_ column: Int) throws(PostgresError) -> [String] {
        try value(column, as: ColumnArray.self).elements
    }
    package func uuids(_ column: Int) throws(PostgresError) -> [UInt128] {
        try value(column, as: ColumnArray.self).elements
    }

    private func value<Value: ColumnValue>(
        _ column: Int, as _: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        guard let value = try valueIfPresent(column, as: Value.self) else {
            throw .decoding(column: result.columnName(column), expected: Value.expectation, actual: "NULL")
        }
        return value
    }

    func valueIfPresent<Value: ColumnValue>(
        _ column: Int, as _: Value.Type = Value.self
    ) throws(PostgresError) -> Value? {
        guard result.hasColumn(column) else {
            throw .decoding(column: "\(column)", expected: Value.expectation, actual: "no column")
        }
        let type = result.type(ofColumn: column)
        let decoded = result.withValue(row: index, column: column) { Value(bytes: $0, type: type) }
        guard let decoded else { return nil }
        guard let value = decoded else {
            let actual = type.description
            throw .decoding(column: result.columnName(column), expected: Value.expectation, actual: actual)
        }
        return value
    }
}
