/// A type of the server by its OID. Those of the built-in types are the same in every database.
struct PostgresType: Hashable, Sendable, CustomStringConvertible {
    let oid: UInt32

    static let bool = PostgresType(oid: 16)
    static let bytea = PostgresType(oid: 17)
    static let name = PostgresType(oid: 19)
    static let int8 = PostgresType(oid: 20)
    static let int2 = PostgresType(oid: 21)
    static let int4 = PostgresType(oid: 23)
    static let text = PostgresType(oid: 25)
    static let json = PostgresType(oid: 114)
    static let float4 = PostgresType(oid: 700)
    static let float8 = PostgresType(oid: 701)
    static let unknown = PostgresType(oid: 705)
    static let boolArray = PostgresType(oid: 1000)
    static let byteaArray = PostgresType(oid: 1001)
    static let int2Array = PostgresType(oid: 1005)
    static let int4Array = PostgresType(oid: 1007)
    static let textArray = PostgresType(oid: 1009)
    static let varcharArray = PostgresType(oid: 1015)
    static let int8Array = PostgresType(oid: 1016)
    static let float8Array = PostgresType(oid: 1022)
    static let bpchar = PostgresType(oid: 1042)
    static let varchar = PostgresType(oid: 1043)
    static let timestamp = PostgresType(oid: 1114)
    static let timestamptz = PostgresType(oid: 1184)
    static let timestamptzArray = PostgresType(oid: 1185)
    static let interval = PostgresType(oid: 1186)
    static let intervalArray = PostgresType(oid: 1187)
    static let uuid = PostgresType(oid: 2950)
    static let uuidArray = PostgresType(oid: 2951)
    static let jsonb = PostgresType(oid: 3802)
    static let jsonbArray = PostgresType(oid: 3807)

    /// Enums, domains' bases aside, and extensions' types: from here on, OIDs differ between databases.
    var isUserDefined: Bool { oid >= 16384 }

    var description: String { Self.names[self] ?? "type \(oid)" }

    private static let names: [PostgresType: String] = [
        .bool: "bool", .bytea: "bytea", .name: "name", .int8: "int8", .int2: "int2", .int4: "int4", .text: "text",
        .json: "json", .float4: "float4", .float8: "float8", .unknown: "unknown", .boolArray: "bool[]",
        .byteaArray: "bytea[]", .int2Array: "int2[]", .int4Array: "int4[]", .textArray: "text[]",
        .varcharArray: "varchar[]", .int8Array: "int8[]", .float8Array: "float8[]", .bpchar: "bpchar",
        .varchar: "varchar", .timestamp: "timestamp", .timestamptz: "timestamptz",
        .timestamptzArray: "timestamptz[]", .interval: "interval", .intervalArray: "interval[]", .uuid: "uuid",
        .uuidArray: "uuid[]", .jsonb: "jsonb", .jsonbArray: "jsonb[]",
    ]
}
