/// Which statements a connection has prepared, by their text and the types of their parameters.
struct PreparedStatements {
    /// Statements beyond this are the sign of SQL composed at run time; the server would keep a plan of each.
    static let capacity = 256

    private struct Entry {
        let name: String
        let types: [PostgresType]
    }

    private var entries: [String: [Entry]] = [:]
    private var count = 0
    private var lastNumber = 0

    var isFull: Bool { count >= Self.capacity }

    func name(of sql: String, taking parameters: [PostgresParameter]) -> String? {
        guard let candidates = entries[sql] else { return nil }
        for entry in candidates where entry.types.elementsEqual(parameters, by: { $0 == $1.type }) {
            return entry.name
        }
        return nil
    }

    /// Never gives the same name twice, so a forgotten statement that the server still has is in nobody's way.
    mutating func nextName() -> String {
        lastNumber += 1
        return "s\(lastNumber)"
    }

    mutating func insert(_ name: String, sql: String, taking parameters: [PostgresParameter]) {
        entries[sql, default: []].append(Entry(name: name, types: parameters.map(\.type)))
        count += 1
    }

    mutating func forget(_ sql: String) {
        count -= entries.removeValue(forKey: sql)?.count ?? 0
    }

    mutating func forgetAll() {
        entries = [:]
        count = 0
    }
}
