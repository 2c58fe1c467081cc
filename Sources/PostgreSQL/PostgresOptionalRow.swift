/// A row whose columns may be NULL.
package struct PostgresOptionalRow: Sendable {
    let row: PostgresRow

    package func bool(_ column: Int) throws(PostgresError) -> Bool? { try row.valueIfPresent(column) }
    package func int16(_ column: Int) throws(PostgresError) -> Int16? { try row.valueIfPresent(column) }
    package func int32(_ column: Int) throws(PostgresError) -> Int32? { try row.valueIfPresent(column) }
    package func int64(_ column: Int) throws(PostgresError) -> Int64? { try row.valueIfPresent(column) }
    package func double(_ column: Int) throws(PostgresError) -> Double? { try row.valueIfPresent(column) }
    package func text(_ column: Int) throws(PostgresError) -> String? { try row.valueIfPresent(column) }
    package func bytes(_ column: Int) throws(PostgresError) -> [UInt8]? { try row.valueIfPresent(column) }
    package func uuid(_ column: Int) throws(PostgresError) -> UInt128? { try row.valueIfPresent(column) }
    package func unixMicroseconds(_ column: Int) throws(PostgresError) -> Int64? {
        try row.valueIfPresent(column, as: PostgresTimestamp.self)?.unixMicroseconds
    }
    package func interval(_ column: Int) throws(PostgresError) -> Duration? { try row.valueIfPresent(column) }
    package func int32s(_ column: Int) throws(PostgresError) -> [Int32]? {
        try row.valueIfPresent(column, as: ColumnArray.self)?.elements
    }
    package func int64s(_ column: Int) throws(PostgresError) -> [Int64]? {
        try row.valueIfPresent(column, as: ColumnArray.self)?.elements
    }
    package func texts(_ column: Int) throws(PostgresError) -> [String]? {
        try row.valueIfPresent(column, as: ColumnArray.self)?.elements
    }
    package func uuids(_ column: Int) throws(PostgresError) -> [UInt128]? {
        try row.valueIfPresent(column, as: ColumnArray.self)?.elements
    }
}
