/// A parameter of a statement in the server's binary format, with its type. A nil value is NULL.
package struct PostgresParameter: Sendable {
    /// Scalars stay inline and byte strings keep their own storage, so that only arrays allocate.
    enum Value: Sendable {
        case null
        /// The low `byteCount` bytes.
        // In halves: async functions that keep a stored UInt128 across a suspension went on at address 0 (Swift 6.3.1).
        case bits(high: UInt64, low: UInt64, byteCount: Int)

        static func bits(_ bits: UInt128, byteCount: Int) -> Value {
            .bits(
                high: UInt64(truncatingIfNeeded: bits >> 64), low: UInt64(truncatingIfNeeded: bits),
                byteCount: byteCount)
        }
        case text(String)
        case json(String)
        case bytes([UInt8])
    }

    let type: PostgresType
    let value: Value

    var byteCount: Int {
        switch value {
        case .null: 0
        case .bits(_, _, let byteCount): byteCount
        case .text(let text): text.utf8.count
        case .json(let text): text.utf8.count + 1
        case .bytes(let bytes): bytes.count
        }
    }

    package static func bool(_ value: Bool?) -> PostgresParameter {
        bits(.bool, value.map { $0 ? 1 : 0 }, byteCount: 1)
    }

    package static func int16(_ value: Int16?) -> PostgresParameter {
        bits(.int2, value.map { UInt128(truncatingIfNeeded: $0) }, byteCount: 2)
    }

    package static func int32(_ value: Int32?) -> PostgresParameter {
        bits(.int4, value.map { UInt128(truncatingIfNeeded: $0) }, byteCount: 4)
    }

    package static func int64(_ value: Int64?) -> PostgresParameter {
        bits(.int8, value.map { UInt128(truncatingIfNeeded: $0) }, byteCount: 8)
    }

    package static func double(_ value: Double?) -> PostgresParameter {
        bits(.float8, value.map { UInt128($0.bitPattern) }, byteCount: 8)
    }

    package static func text(_ value: String?) -> PostgresParameter {
        PostgresParameter(type: .text, value: value.map { .text($0) } ?? .null)
    }

    package static func bytea(_ value: [UInt8]?) -> PostgresParameter {
        PostgresParameter(type: .bytea, value: value.map { .bytes($0) } ?? .null)
    }

    /// The first byte of the UUID is the most significant one.
    package static func uuid(_ value: UInt128?) -> PostgresParameter {
        bits(.uuid, value, byteCount: 16)
    }

    /// A `timestamptz`. `Int64.max` and `.min` stand for `infinity` and `-infinity`.
    package static func timestamp(unixMicroseconds value: Int64?) -> PostgresParameter {
        bits(
            .timestamptz,
            value.map { UInt128(truncatingIfNeeded: PostgresTimestamp(unixMicroseconds: $0).serverMicroseconds) },
            byteCount: 8)
    }

    /// Cut to whole microseconds.
    package static func interval(_ value: Duration?) -> PostgresParameter {
        bits(.interval, value.map { PostgresInterval($0).bits }, byteCount: 16)
    }

    /// A `jsonb` from its text.
    package static func json(_ value: String?) -> PostgresParameter {
        PostgresParameter(type: .jsonb, value: value.map { .json($0) } ?? .null)
    }

    private static func bits(_ type: PostgresType, _ bits: UInt128?, byteCount: Int) -> PostgresParameter {
        PostgresParameter(type: type, value: bits.map { .bits($0, byteCount: byteCount) } ?? .null)
    }
}

/// A parameter may hold a secret: only its type shows.
extension PostgresParameter: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "<\(type)>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
