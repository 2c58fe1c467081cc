import PostgreSQL
import Testing

/// Each type goes to the server as a parameter and comes back as a column.
@Suite struct ValueTests {
    private func echo(_ type: String, _ parameter: PostgresParameter) async throws -> PostgresRow {
        let connection = try await Self.shared.value
        return try #require(try await connection.query(PostgresStatement("SELECT $1::\(type)"), [parameter]).first)
    }

    private static let shared = Task { try await PostgresConnection.fresh() }

    @Test(arguments: [true, false])
    func boolsReturnUnchanged(_ value: Bool) async throws {
        #expect(try await echo("bool", .bool(value)).bool(0) == value)
    }

    @Test(arguments: [0, -1, .min, .max] as [Int16])
    func int16sReturnUnchanged(_ value: Int16) async throws {
        #expect(try await echo("int2", .int16(value)).int16(0) == value)
        #expect(try await echo("int2", .int16(value)).int32(0) == Int32(value))
    }

    @Test(arguments: [0, -1, .min, .max] as [Int32])
    func int32sReturnUnchanged(_ value: Int32) async throws {
        #expect(try await echo("int4", .int32(value)).int32(0) == value)
        #expect(try await echo("int4", .int32(value)).int64(0) == Int64(value))
    }

    @Test(arguments: [0, -1, .min, .max] as [Int64])
    func int64sReturnUnchanged(_ value: Int64) async throws {
        #expect(try await echo("int8", .int64(value)).int64(0) == value)
    }

    @Test(arguments: [0, -0.1, .greatestFiniteMagnitude, .leastNonzeroMagnitude, .infinity, -.infinity])
    func doublesReturnUnchanged(_ value: Double) async throws {
        #expect(try await echo("float8", .double(value)).double(0) == value)
    }

    @Test func notANumberStaysOne() async throws {
        #expect(try await echo("float8", .double(.nan)).double(0).isNaN)
        #expect(try await echo("float4", .double(0.5)).double(0) == 0.5)
    }

    @Test(arguments: ["", "驿站 📮👩‍👩‍👧", "a'b\"c\\d\n$1", String(repeating: "酒", count: 100_000)])
    func textsReturnUnchanged(_ value: String) async throws {
        #expect(try await echo("text", .text(value)).text(0) == value)
        #expect(try await echo("varchar", .text(value)).text(0) == value)
    }

    @Test(arguments: [[], [0], Array(0...255)] as [[UInt8]])
    func bytesReturnUnchanged(_ value: [UInt8]) async throws {
        #expect(try await echo("bytea", .bytea(value)).bytes(0) == value)
    }

    @Test func uuidsAreBigEndian() async throws {
        let value: UInt128 = 0x0190_2f3e_aaaa_7bbb_8ccc_dddd_eeee_ff01
        #expect(try await echo("uuid", .uuid(value)).uuid(0) == value)
        #expect(try await echo("uuid::text", .uuid(value)).text(0) == "01902f3e-aaaa-7bbb-8ccc-ddddeeeeff01")
        #expect(try await echo("uuid", .uuid(.max)).uuid(0) == .max)
    }

    @Test(arguments: [0, -1, 1_800_000_000_123_456, 946_684_800_000_000, .max, .min] as [Int64])
    func timestampsReturnUnchanged(_ value: Int64) async throws {
        #expect(try await echo("timestamptz", .timestamp(unixMicroseconds: value)).unixMicroseconds(0) == value)
    }

    @Test func timestampsMeanTheSameInstantToTheServer() async throws {
        let row = try await echo(
            "timestamptz AT TIME ZONE 'UTC' = '2026-07-01 12:00:00.000001'::timestamp",
            .timestamp(unixMicroseconds: 1_782_907_200_000_001))
        #expect(try row.bool(0))
        let infinity = try await echo("timestamptz = 'infinity'::timestamptz", .timestamp(unixMicroseconds: .max))
        #expect(try infinity.bool(0))
    }

    @Test(arguments: [.zero, .microseconds(1), .seconds(-3.5), .seconds(86_400 * 400)] as [Duration])
    func intervalsReturnUnchanged(_ value: Duration) async throws {
        #expect(try await echo("interval", .interval(value)).interval(0) == value)
    }

    @Test func intervalsOfDaysHaveTheirHoursAndThoseOfMonthsAreRefused() async throws {
        let connection = try await Self.shared.value
        let row = try #require(
            try await connection.query("SELECT interval '2 days 1 hour', interval '1 month'").first)
        #expect(try row.interval(0) == .seconds(49 * 3600))
        #expect(throws: PostgresError.self) { try row.interval(1) }
    }

    @Test func jsonIsTextBothWays() async throws {
        #expect(try await echo("jsonb", .json(#"{"名": "茶馆 🍵"}"#)).text(0) == #"{"名": "茶馆 🍵"}"#)
        #expect(try await echo("json", .json("[1, 2]")).text(0) == "[1, 2]")
    }

    @Test func enumsAreReadAsText() async throws {
        let connection = try await PostgresConnection.fresh()
        try await connection.run(script: "CREATE TYPE state AS ENUM ('delivered', '已拒')")
        let row = try #require(try await connection.query("SELECT $1::text::state", [.text("已拒")]).first)
        #expect(try row.text(0) == "已拒")
    }

    @Test func nilIsNullForEveryType() async throws {
        let connection = try await Self.shared.value
        let row = try #require(
            try await connection.query(
                """
                SELECT $1::bool, $2::int2, $3::int4, $4::int8, $5::float8, $6::text, $7::bytea, $8::uuid,
                       $9::timestamptz, $10::interval, $11::jsonb, NULL::int4[], NULL::text[], NULL::uuid[], NULL::int8[]
                """,
                [
                    .bool(nil), .int16(nil), .int32(nil), .int64(nil), .double(nil), .text(nil), .bytea(nil),
                    .uuid(nil), .timestamp(unixMicroseconds: nil), .interval(nil), .json(nil),
                ]
            ).first)
        #expect(try row.optional.bool(0) == nil)
        #expect(try row.optional.int16(1) == nil)
        #expect(try row.optional.int32(2) == nil)
        #expect(try row.optional.int64(3) == nil)
        #expect(try row.optional.double(4) == nil)
        #expect(try row.optional.text(5) == nil)
        #expect(try row.optional.bytes(6) == nil)
        #expect(try row.optional.uuid(7) == nil)
        #expect(try row.optional.unixMicroseconds(8) == nil)
        #expect(try row.optional.interval(9) == nil)
        #expect(try row.optional.text(10) == nil)
        #expect(try row.optional.int32s(11) == nil)
        #expect(try row.optional.texts(12) == nil)
        #expect(try row.optional.uuids(13) == nil)
        #expect(try row.optional.int64s(14) == nil)
    }

    @Test func anOptionalColumnWithAValueHasIt() async throws {
        #expect(try await echo("text", .text("x")).optional.text(0) == "x")
        #expect(try await echo("int4[]", .int32s([1])).optional.int32s(0) == [1])
    }

    @Test func aColumnReadAsTheWrongTypeSaysWhatItHolds() async throws {
        let connection = try await Self.shared.value
        let row = try #require(try await connection.query("SELECT 1::int8 AS total, NULL::text AS note").first)
        let wrongType = try await postgresError { _ = try row.int32(0) }
        guard case .decoding("total", "int4", "int8") = wrongType else {
            Issue.record("unexpected: \(wrongType)")
            return
        }
        let null = try await postgresError { _ = try row.text(1) }
        guard case .decoding("note", "text", "NULL") = null else {
            Issue.record("unexpected: \(null)")
            return
        }
        #expect(throws: PostgresError.self) { try row.optional.uuid(0) }
        #expect(throws: PostgresError.self) { try row.int64(2) }
    }

    // MARK: Arrays

    @Test func arraysReturnUnchanged() async throws {
        #expect(try await echo("int4[]", .int32s([.min, 0, .max])).int32s(0) == [.min, 0, .max])
        #expect(try await echo("int8[]", .int64s([.min, 0, .max])).int64s(0) == [.min, 0, .max])
        #expect(try await echo("text[]", .texts(["", "驿", "📮"])).texts(0) == ["", "驿", "📮"])
        #expect(try await echo("uuid[]", .uuids([0, .max])).uuids(0) == [0, .max])
    }

    @Test func emptyArraysStayEmpty() async throws {
        #expect(try await echo("text[]", .texts([])).texts(0) == [])
        #expect(try await echo("int4[]", .int32s([Int32]())).int32s(0) == [])
    }

    @Test func arraysOfEveryTypeReachTheServerWithTheirNulls() async throws {
        let cases: [(String, PostgresParameter, String)] = [
            ("bool[]", .bools([true, nil, false]), "{t,NULL,f}"),
            ("int2[]", .int16s([-1, nil]), "{-1,NULL}"),
            ("int4[]", .int32s([nil, 7]), "{NULL,7}"),
            ("int8[]", .int64s([nil, .max]), "{NULL,9223372036854775807}"),
            ("float8[]", .doubles([1.5, nil]), "{1.5,NULL}"),
            ("text[]", .texts(["酒水 1", nil, ""]), "{\"酒水 1\",NULL,\"\"}"),
            ("bytea[]", .byteas([[0xDE, 0xAD], nil, []]), #"{"\\xdead",NULL,"\\x"}"#),
            ("uuid[]", .uuids([1, nil]), "{00000000-0000-0000-0000-000000000001,NULL}"),
            ("interval[]", .intervals([.seconds(90), nil]), "{00:01:30,NULL}"),
            ("jsonb[]", .jsons(["1", nil]), "{1,NULL}"),
            (
                "timestamptz[] = ARRAY['1970-01-01 00:00:01Z', NULL]::timestamptz[]",
                .timestamps(unixMicroseconds: [1_000_000, nil]), "true"
            ),
            ("bool[]", .bools([true]), "{t}"),
            ("int2[]", .int16s([3] as [Int16]), "{3}"),
            ("float8[]", .doubles([0.25]), "{0.25}"),
            ("bytea[]", .byteas([[1]]), #"{"\\x01"}"#),
            ("interval[]", .intervals([.milliseconds(1)]), "{00:00:00.001}"),
            ("jsonb[]", .jsons(["{}"]), #"{"{}"}"#),
        ]
        for (type, parameter, expected) in cases {
            let connection = try await Self.shared.value
            let rows = try await connection.query(PostgresStatement("SELECT ($1::\(type))::text"), [parameter])
            #expect(try rows[0].text(0) == expected, "\(type)")
        }
    }

    @Test func anArrayColumnWithANullIsRefused() async throws {
        let row = try await echo("text[]", .texts(["a", nil]))
        #expect(throws: PostgresError.self) { try row.texts(0) }
    }

    @Test(arguments: [256, 10_000])
    func largeBatchesArriveWhole(_ count: Int) async throws {
        let connection = try await PostgresConnection.fresh()
        try await connection.run(script: "CREATE TABLE batch (id uuid PRIMARY KEY, n int8, note text, body bytea)")
        let inserted = try await connection.query(
            "INSERT INTO batch SELECT * FROM unnest($1::uuid[], $2::int8[], $3::text[], $4::bytea[])",
            [
                .uuids((0..<count).map { UInt128($0) }), .int64s((0..<count).map { Int64($0) }),
                .texts((0..<count).map { $0.isMultiple(of: 3) ? nil : "第 \($0) 行" }),
                .byteas((0..<count).map { [UInt8](repeating: UInt8(truncatingIfNeeded: $0), count: $0 % 600) }),
            ])
        #expect(inserted.rowsAffected == count)
        let rows = try await connection.query("SELECT id, n, note, body FROM batch ORDER BY id")
        #expect(rows.count == count)
        for (index, row) in rows.enumerated() {
            #expect(try row.uuid(0) == UInt128(index))
            #expect(try row.int64(1) == Int64(index))
            #expect(try row.optional.text(2) == (index.isMultiple(of: 3) ? nil : "第 \(index) 行"))
            #expect(
                try row.bytes(3) == [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: index % 600))
        }
    }
}
