/// The text of one SQL statement, with its parameters as `$1`, `$2` …. Each connection prepares a statement when
/// it first meets its text.
package struct PostgresStatement: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    package let sql: String

    package init(_ sql: String) { self.sql = sql }

    package init(stringLiteral sql: String) { self.sql = sql }

    package var description: String { sql }
}
