/// A value in the server's binary format, as an element of an array parameter.
protocol BinaryElement {
    static var type: PostgresType { get }
    static var arrayType: PostgresType { get }
    /// nil for NULL.
    var byteCount: Int? { get }
    /// Writes exactly `byteCount` bytes.
    func write(to writer: inout BinaryWriter)
}

/// Writes big-endian values into memory that was measured beforehand.
struct BinaryWriter {
    private var position: UnsafeMutableRawPointer

    init(to memory: UnsafeMutableRawPointer) { position = memory }

    mutating func write(_ integer: some FixedWidthInteger) {
        position.storeBytes(of: integer.bigEndian, as: type(of: integer))
        position += integer.bitWidth / 8
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer) {
        if let source = bytes.baseAddress { position.copyMemory(from: source, byteCount: bytes.count) }
        position += bytes.count
    }

    mutating func write(_ string: String) {
        // Strings that came from elsewhere without a UTF-8 copy of their own have no contiguous storage.
        if string.utf8.withContiguousStorageIfAvailable({ write(UnsafeRawBufferPointer($0)) }) == nil {
            for byte in string.utf8 { write(byte) }
        }
    }
}

extension Optional: BinaryElement where Wrapped: BinaryElement {
    static var type: PostgresType { Wrapped.type }
    static var arrayType: PostgresType { Wrapped.arrayType }
    var byteCount: Int? { self?.byteCount }
    func write(to writer: inout BinaryWriter) { self?.write(to: &writer) }
}

extension Bool: BinaryElement {
    static var type: PostgresType { .bool }
    static var arrayType: PostgresType { .boolArray }
    var byteCount: Int? { 1 }
    func write(to writer: inout BinaryWriter) { writer.write(UInt8(self ? 1 : 0)) }
}

extension Int16: BinaryElement {
    static var type: PostgresType { .int2 }
    static var arrayType: PostgresType { .int2Array }
    var byteCount: Int? { 2 }
    func write(to writer: inout BinaryWriter) { writer.write(self) }
}

extension Int32: BinaryElement {
    static var type: PostgresType { .int4 }
    static var arrayType: PostgresType { .int4Array }
    var byteCount: Int? { 4 }
    func write(to writer: inout BinaryWriter) { writer.write(self) }
}

extension Int64: BinaryElement {
    static var type: PostgresType { .int8 }
    static var arrayType: PostgresType { .int8Array }
    var byteCount: Int? { 8 }
    func write(to writer: inout BinaryWriter) { writer.write(self) }
}

extension Double: BinaryElement {
    static var type: PostgresType { .float8 }
    static var arrayType: PostgresType { .float8Array }
    var byteCount: Int? { 8 }
    func write(to writer: inout BinaryWriter) { writer.write(bitPattern) }
}

extension String: BinaryElement {
    static var type: PostgresType { .text }
    static var arrayType: PostgresType { .textArray }
    var byteCount: Int? { utf8.count }
    func write(to writer: inout BinaryWriter) { writer.write(self) }
}

extension [UInt8]: BinaryElement {
    static var type: PostgresType { .bytea }
    static var arrayType: PostgresType { .byteaArray }
    var byteCount: Int? { count }
    func write(to writer: inout BinaryWriter) { withUnsafeBytes { writer.write($0) } }
}

/// A UUID, its first byte the most significant one.
extension UInt128: BinaryElement {
    static var type: PostgresType { .uuid }
    static var arrayType: PostgresType { .uuidArray }
    var byteCount: Int? { 16 }
    func write(to writer: inout BinaryWriter) { writer.write(self) }
}

extension PostgresTimestamp: BinaryElement {
    static var type: PostgresType { .timestamptz }
    static var arrayType: PostgresType { .timestamptzArray }
    var byteCount: Int? { 8 }
    func write(to writer: inout BinaryWriter) { writer.write(serverMicroseconds) }
}

extension PostgresInterval: BinaryElement {
    static var type: PostgresType { .interval }
    static var arrayType: PostgresType { .intervalArray }
    var byteCount: Int? { 16 }
    func write(to writer: inout BinaryWriter) { writer.write(bits) }
}

extension PostgresJSON: BinaryElement {
    static var type: PostgresType { .jsonb }
    static var arrayType: PostgresType { .jsonbArray }
    var byteCount: Int? { text.utf8.count + 1 }
    func write(to writer: inout BinaryWriter) {
        writer.write(Self.version)
        writer.write(text)
    }
}
