/// The parameters of an `application/x-www-form-urlencoded` body, decoded.
///
/// Verifying a call reads nothing but this, so it is made without a string per parameter: `bytes` is the whole body
/// decoded once, and a parameter is where its name and value are in there.
package struct FormBody: Sendable {
    package static let maximumParameters = 256

    package struct Parameter: Hashable, Sendable {
        package let name: Range<Int>
        package let value: Range<Int>
    }

    /// The separators are kept: between two values they stop two halves of a character from becoming a whole one.
    package let bytes: [UInt8]
    /// In the order in which they came.
    package let parameters: [Parameter]
    /// By name, in byte order.
    package let sortedParameters: [Parameter]

    /// A parameter without `=` has an empty value; nothing between two `&` is no parameter.
    package init(parsing body: [UInt8]) throws(FormError) {
        var decoder = FormDecoder()
        // One byte more: that ends the last parameter.
        bytes = try [UInt8](capacity: body.count + 1) { (bytes: inout OutputSpan<UInt8>) throws(FormError) in
            try decoder.decode(body.span, into: &bytes)
        }
        parameters = decoder.parameters
        try Self.requireUTF8(bytes, parameters)
        sortedParameters = try Self.sort(parameters, of: bytes)
    }

    /// The value of that name, nil where there is no such parameter. Names are case-sensitive.
    package subscript(name: String) -> ArraySlice<UInt8>? {
        for parameter in parameters where isText(name, at: parameter.name) { return bytes[parameter.value] }
        return nil
    }

    /// Whether a name or a value is that text, byte for byte.
    func isText(_ text: String, at range: Range<Int>) -> Bool {
        guard text.utf8.count == range.count else { return false }
        return bytes.withUnsafeBufferPointer { bytes in
            var position = range.lowerBound
            for byte in text.utf8 {
                guard bytes[position] == byte else { return false }
                position += 1
            }
            return true
        }
    }

    /// Those of `names` that are not there, or are there without a value.
    package func missing(of names: [String]) -> [String] {
        names.filter { self[$0]?.isEmpty ?? true }
    }

    package func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    private static func requireUTF8(_ bytes: [UInt8], _ parameters: [Parameter]) throws(FormError) {
        if isUTF8(bytes[...]) { return }
        let first = parameters.firstIndex { !isUTF8(bytes[$0.name]) || !isUTF8(bytes[$0.value]) }
        throw .notUTF8(parameter: (first ?? 0) + 1)
    }

    private static func isUTF8(_ bytes: ArraySlice<UInt8>) -> Bool {
        (try? UTF8Span(validating: bytes.span)) != nil
    }

    private static func sort(_ parameters: [Parameter], of bytes: [UInt8]) throws(FormError) -> [Parameter] {
        let sorted = parameters.sorted { precedes($0.name, $1.name, in: bytes) }
        for (left, right) in zip(sorted, sorted.dropFirst()) where !precedes(left.name, right.name, in: bytes) {
            throw .repeatedParameter(name: FormError.shown(bytes[left.name]))
        }
        return sorted
    }

    private static func precedes(_ left: Range<Int>, _ right: Range<Int>, in bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { bytes in
            for offset in 0..<min(left.count, right.count) {
                let leftByte = bytes[left.lowerBound + offset]
                let rightByte = bytes[right.lowerBound + offset]
                if leftByte != rightByte { return leftByte < rightByte }
            }
            return left.count < right.count
        }
    }
}

/// Collects decoded bytes into parameters.
private struct FormDecoder {
    private(set) var parameters: [FormBody.Parameter] = []
    private var start = 0
    private var nameEnd: Int?

    init() {
        parameters.reserveCapacity(16)
    }

    mutating func decode(_ body: Span<UInt8>, into bytes: inout OutputSpan<UInt8>) throws(FormError) {
        var position = 0
        while position < body.count {
            let byte = body[position]
            switch byte {
            case UInt8(ascii: "&"):
                try endParameter(in: &bytes)
            case UInt8(ascii: "="):
                // Only the first one of a parameter ends its name; the others belong to the value.
                if nameEnd == nil { nameEnd = bytes.count }
                bytes.append(byte)
            case UInt8(ascii: "+"):
                bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard position + 2 < body.count,
                    let high = Hexadecimal.value(of: body[position + 1]),
                    let low = Hexadecimal.value(of: body[position + 2])
                else { throw .brokenEscape(offset: position) }
                bytes.append(high << 4 | low)
                position += 2
            default:
                bytes.append(byte)
            }
            position += 1
        }
        try endParameter(in: &bytes)
    }

    private mutating func endParameter(in bytes: inout OutputSpan<UInt8>) throws(FormError) {
        let end = bytes.count
        if end > start {
            guard parameters.count < FormBody.maximumParameters else {
                throw .tooManyParameters(limit: FormBody.maximumParameters)
            }
            let name = start..<(nameEnd ?? end)
            parameters.append(FormBody.Parameter(name: name, value: min(name.upperBound + 1, end)..<end))
        }
        bytes.append(UInt8(ascii: "&"))
        start = bytes.count
        nameEnd = nil
    }
}
