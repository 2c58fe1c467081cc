import CLibPQ

/// Owns one `PGresult` and frees it with its last reference.
///
/// `@unchecked Sendable`: libpq never changes a result once it has handed it out, and documents such results as
/// free to be used from several threads; the only write is the release in `deinit`.
final class PostgresResult: @unchecked Sendable {
    private let pointer: OpaquePointer
    let rowCount: Int

    init(owning pointer: OpaquePointer) {
        self.pointer = pointer
        rowCount = Int(PQntuples(pointer))
    }

    deinit { PQclear(pointer) }

    var status: ExecStatusType { PQresultStatus(pointer) }

    var isFailure: Bool { status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE }

    /// As the command's tag tells; 0 for a command that has no count.
    var rowsAffected: Int { Int(String(cString: PQcmdTuples(pointer))) ?? 0 }

    /// The server's word for what it did, such as `COMMIT`.
    var commandTag: String { String(cString: PQcmdStatus(pointer)) }

    var errorMessage: String {
        String(cString: PQresultErrorMessage(pointer)).split(separator: "\n").joined(separator: " ")
    }

    /// A field of the server's error report by its letter in the protocol.
    func errorField(_ letter: Unicode.Scalar) -> String? {
        PQresultErrorField(pointer, Int32(letter.value)).map { String(cString: $0) }
    }

    func columnName(_ column: Int) -> String {
        PQfname(pointer, Int32(column)).map { String(cString: $0) } ?? "\(column)"
    }

    func type(ofColumn column: Int) -> PostgresType { PostgresType(oid: PQftype(pointer, Int32(column))) }

    func hasColumn(_ column: Int) -> Bool { column >= 0 && column < PQnfields(pointer) }

    /// nil for NULL. The bytes are valid for the time of `body`.
    func withValue<R>(row: Int, column: Int, _ body: (UnsafeRawBufferPointer) -> R) -> R? {
        if PQgetisnull(pointer, Int32(row), Int32(column)) == 1 { return nil }
        let length = Int(PQgetlength(pointer, Int32(row), Int32(column)))
        return body(UnsafeRawBufferPointer(start: PQgetvalue(pointer, Int32(row), Int32(column)), count: length))
    }
}
