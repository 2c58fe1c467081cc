/// The parameters of one call as libpq takes them, in memory that a connection reuses from call to call.
struct ParameterBuffer: ~Copyable {
    /// What a usual batch needs; a larger buffer is given back after its call.
    private static let keptByteCount = 1 << 20

    private var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 1024, alignment: 16)
    private var pointers: [UnsafePointer<CChar>?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []

    deinit { memory.deallocate() }

    /// `body` gets the pointers, lengths and formats (all binary), valid until it returns.
    mutating func withEncoded<R>(
        _ parameters: [PostgresParameter],
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> R
    ) -> R {
        let byteCount = parameters.reduce(0) { $0 + $1.byteCount }
        if byteCount > memory.count { resize(to: byteCount) }
        encode(parameters)
        defer { if memory.count > Self.keptByteCount { resize(to: 1024) } }
        return pointers.withUnsafeBufferPointer { pointers in
            lengths.withUnsafeBufferPointer { lengths in
                formats.withUnsafeBufferPointer { formats in
                    body(pointers.baseAddress, lengths.baseAddress, formats.baseAddress)
                }
            }
        }
    }

    private mutating func resize(to byteCount: Int) {
        memory.deallocate()
        memory = .allocate(byteCount: byteCount, alignment: 16)
    }

    private mutating func encode(_ parameters: [PostgresParameter]) {
        pointers.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        while formats.count < parameters.count { formats.append(1) }
        var offset = 0
        for parameter in parameters {
            let byteCount = parameter.byteCount
            let field = UnsafeMutableRawBufferPointer(rebasing: memory[offset..<(offset + byteCount)])
            lengths.append(Int32(byteCount))
            if case .null = parameter.value {
                pointers.append(nil)
            } else {
                // An empty value needs a pointer too: libpq takes none for NULL.
                pointers.append(field.baseAddress.map { UnsafePointer($0.assumingMemoryBound(to: CChar.self)) })
                parameter.value.write(to: field)
            }
            offset += byteCount
        }
    }
}

extension PostgresParameter.Value {
    /// `field` has exactly the value's size.
    fileprivate func write(to field: UnsafeMutableRawBufferPointer) {
        guard let start = field.baseAddress else { return }
        var writer = BinaryWriter(to: start)
        switch self {
        case .null: break
        case .bits(let high, let low, let byteCount):
            withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { bytes in
                writer.write(UnsafeRawBufferPointer(rebasing: bytes[(16 - byteCount)...]))
            }
        case .text(let text): writer.write(text)
        case .json(let text):
            writer.write(PostgresJSON.version)
            writer.write(text)
        case .bytes(let bytes): bytes.withUnsafeBytes { writer.write($0) }
        }
    }
}
