/// A `jsonb` value, which travels as a version byte and its text.
struct PostgresJSON {
    static let version: UInt8 = 1

    let text: String
}
