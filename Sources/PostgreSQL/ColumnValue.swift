/// A Swift type that a column in the server's binary format can be read as.
protocol ColumnValue {
    /// For the error: what the column should have held.
    static var expectation: String { get }
    /// nil if the bytes of this type cannot be read so.
    init?(bytes: UnsafeRawBufferPointer, type: PostgresType)
}

extension UnsafeRawBufferPointer {
    /// The whole buffer as one big-endian integer; nil if it has another size.
    fileprivate func integer<Integer: FixedWidthInteger>(_: Integer.Type = Integer.self) -> Integer? {
        guard count == Integer.bitWidth / 8 else { return nil }
        return Integer(bigEndian: loadUnaligned(as: Integer.self))
    }
}

extension Bool: ColumnValue {
    static var expectation: String { "bool" }

    init?(bytes: UnsafeRawBufferPointer, type: PostgresType) {
        guard type == .bool, let byte = bytes.first else { return nil }
        self = byte != 0
    }
}

extension Int16: ColumnValue {
    static var expectation: String { "int2" }

    init?(bytes: UnsafeRawBufferPointer, type: PostgresType) {
        guard type == .int2, let value = bytes.integer(Int16.self) else { return nil }
        self = value
    }
}

extension Int32: ColumnValue {
    static var expectation: String { "int4" }

    init?(bytes: UnsafeRawBufferPointer, type: PostgresType) {
        if type == .int4, let value = bytes.integer(Int32.self) {
            self = value
        } else if let value = Int16(bytes: bytes, type: type) {
            self.init(value)
        } else {
            return nil
        }
    }
}

extension Int64: ColumnValue {
    static var expectation: String { "int8" }

    init?(bytes: UnsafeRawBufferPointer, type: PostgresType) {
        if type == .int8, let value = bytes.integer(Int64.self) {
            self = value
        } else if let value = Int32(bytes: bytes, type: type) {
            self.init(value)
        } else {
            return nil
        }
    }
}

extension Double: ColumnValue {
    static var expectation: String { "float8" }

    init?(bytes: UnsafeRawBufferPointer, type: PostgresType) {
        if type == .float8, let bits = bytes.integer(UInt64.self) {
            self.init(bitPattern: bits)
        } else if type == .float4, let bits = bytes.integer(UInt32.self) {
            self.init(Float(bitPattern: bits))
        } else {
            return nil
        }
    }
}

extension String: ColumnValue {
    static var expectation: String { "text" }

    private static let types: Set<PostgresType> = [.text, .varchar, .bpchar, .name, .unknown, .json]

    init?(bytes: UnsafeRawBufferPointer, type: PostgresType) {
        var bytes = bytes
        if type == .jsonb {
            guard bytes.first == PostgresJSON.version else { return nil }
            bytes = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
        } else if type != .text, !Self.types.contains(type), !type.isUserDefined {
            return nil  // enums are user-defined, and send their label
        }
        self.init(validating: bytes, as: UTF8.self)
    }
}

extension [UInt8]: ColumnValue {
    static var expectation: String { "bytea" }

    init?(bytes: UnsafeRawBufferPointer, type: PostgresType) {
        guard type == .bytea else { return nil }
        self.init(bytes)
    }
}

extension UInt128: ColumnValue {
    static var expectation: String { "uuid" }

    init?(bytes: UnsafeRawBufferPointer, type: PostgresType) {
        guard type == .uuid, let value = bytes.integer(UInt128.self) else { return nil }
        self = value
    }
}

extension PostgresTimestamp: ColumnValue {
    static var expectation: String { "timestamptz" }

    init?(bytes: UnsafeRawBufferPointer, type: PostgresType) {
        guard type == .timestamptz || type == .timestamp, let value = bytes.integer(Int64.self) else { return nil }
        self.init(serverMicroseconds: value)
    }
}

extension Duration: ColumnValue {
    static var expectation: String { "interval without months" }

    init?(bytes: UnsafeRawBufferPointer, type: PostgresType) {
        guard type == .interval, let bits = bytes.integer(UInt128.self),
            let duration = PostgresInterval(bits: bits).duration
        else { return nil }
        self = duration
    }
}

/// An array column of at most one dimension, without NULLs.
struct ColumnArray<Element: ColumnValue>: ColumnValue {
    let elements: [Element]

    static var expectation: String { "one-dimensional array of \(Element.expectation) without NULLs" }

    init?(bytes: UnsafeRawBufferPointer, type: PostgresType) {
        var rest = bytes[...]
        func next(_ count: Int) -> UnsafeRawBufferPointer? {
            guard count >= 0, rest.count >= count else { return nil }
            defer { rest = rest.dropFirst(count) }
            return UnsafeRawBufferPointer(rebasing: rest.prefix(count))
        }
        guard readableArrayTypes.contains(type), let dimensions = next(4)?.integer(Int32.self), next(4) != nil,
            let oid = next(4)?.integer(UInt32.self)
        else { return nil }
        guard dimensions > 0 else {
            elements = []
            return
        }
        guard dimensions == 1, let count = next(4)?.integer(Int32.self), next(4) != nil else { return nil }
        var elements: [Element] = []
        elements.reserveCapacity(Int(count))
        for _ in 0..<count {
            guard let length = next(4)?.integer(Int32.self), let field = next(Int(length)),
                let element = Element(bytes: field, type: PostgresType(oid: oid))
            else { return nil }
            elements.append(element)
        }
        self.elements = elements
    }
}

private let readableArrayTypes: Set<PostgresType> = [
    .int2Array, .int4Array, .int8Array, .textArray, .varcharArray, .uuidArray,
]
