import CLibPQ

/// What the server said about a statement that it refused.
package struct PostgresServerError: Error, Sendable, Hashable {
    package let sqlState: String
    package let message: String
    /// May quote rows.
    package let detail: String?
    package let hint: String?
    package let schema: String?
    package let table: String?
    package let column: String?
    package let constraint: String?
    /// In characters of the statement, from 1.
    package let position: Int?
    /// The server's own function that raised it: unlike the message, it is not translated.
    let sourceFunction: String?

    /// A plan prepared earlier does not fit any more, or is gone: nothing of the statement ran.
    var isStalePreparedStatement: Bool {
        sqlState == "26000" || (sqlState == "0A000" && sourceFunction == "RevalidateCachedQuery")
    }

    static let queryCancelled = "57014"
    /// The server is a standby, or told to take no writes.
    static let readOnly = "25006"
}

extension PostgresServerError {
    /// nil if the result carries no SQLSTATE: libpq raised it, not the server.
    init?(_ result: PostgresResult) {
        guard let sqlState = result.errorField("C") else { return nil }
        self.init(
            sqlState: sqlState, message: result.errorField("M") ?? "", detail: result.errorField("D"),
            hint: result.errorField("H"), schema: result.errorField("s"), table: result.errorField("t"),
            column: result.errorField("c"), constraint: result.errorField("n"),
            position: result.errorField("P").flatMap(Int.init), sourceFunction: result.errorField("R"))
    }
}

extension PostgresServerError: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String {
        var text = "PostgreSQL error \(sqlState): \(publicMessage)"
        if let constraint { text += " [constraint \(constraint)]" }
        if let position { text += " [at character \(position)]" }
        return text
    }

    package var debugDescription: String {
        var text = "PostgreSQL error \(sqlState): \(message)"
        let facts = [
            ("detail", detail), ("hint", hint), ("schema", schema), ("table", table), ("column", column),
            ("constraint", constraint), ("position", position.map(String.init)),
        ]
        for (name, value) in facts {
            if let value { text += "; \(name): \(value)" }
        }
        return text
    }

    /// Data exceptions (class 22) quote the value they could not take, at the end or in quotation marks.
    private var publicMessage: String {
        guard sqlState.hasPrefix("22"), let quote = message.firstIndex(where: { "\":„«“".contains($0) }) else {
            return message
        }
        return message[..<quote] + "…"
    }
}
