/// The rows that a statement returned, in memory. The memory is freed with the last row that is kept.
package struct PostgresRows: RandomAccessCollection, Sendable {
    let result: PostgresResult

    package var startIndex: Int { 0 }
    package var endIndex: Int { result.rowCount }

    /// Rows inserted, updated, deleted or selected.
    package var rowsAffected: Int { result.rowsAffected }

    package subscript(position: Int) -> PostgresRow {
        precondition(indices.contains(position), "the result has no row \(position)")
        return PostgresRow(result: result, index: position)
    }
}
