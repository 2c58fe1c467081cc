extension JSON {
    /// Reads one JSON text by RFC 8259, strictly: no byte order mark, no lone surrogates, valid UTF-8 only. Members that
    /// repeat a name are all kept.
    ///
    /// `maximumDepth` bounds how many arrays and objects may be inside each other, and with that the stack.
    package init(parsing bytes: [UInt8], maximumDepth: Int = 64) throws(JSONError) {
        var parser = JSONParser(bytes: bytes)
        self = try parser.parseText(maximumDepth: maximumDepth)
    }

    package init(parsing bytes: ArraySlice<UInt8>, maximumDepth: Int = 64) throws(JSONError) {
        try self.init(parsing: Array(bytes), maximumDepth: maximumDepth)
    }

    package init(parsing text: String, maximumDepth: Int = 64) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), maximumDepth: maximumDepth)
    }
}

/// Why a text is not JSON. Holds nothing of the text itself.
package struct JSONError: Error, Hashable {
    package enum Reason: String, Sendable, CaseIterable {
        case unexpectedEnd = "the text ends too early"
        case unexpectedByte = "a byte that cannot be here"
        case invalidNumber = "a number that is not one by JSON's rules"
        case invalidEscape = "an escape that JSON does not know"
        case loneSurrogate = "half of a surrogate pair"
        case controlCharacter = "a control character that is not escaped"
        case invalidUTF8 = "a string that is not UTF-8"
        case tooDeep = "too many levels"
        case trailingBytes = "something after the value"
    }

    package let reason: Reason
    /// In bytes from the start of the text; for `.invalidUTF8` where the string starts.
    package let offset: Int

    package init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}

extension JSONError: CustomStringConvertible {
    package var description: String { "not JSON: \(reason.rawValue), at byte \(offset)" }
}

private struct JSONParser {
    private let bytes: [UInt8]
    private var position = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func parseText(maximumDepth: Int) throws(JSONError) -> JSON {
        let value = try parseValue(levelsLeft: maximumDepth)
        skipWhiteSpace()
        guard position == bytes.count else { throw JSONError(.trailingBytes, at: position) }
        return value
    }

    private mutating func parseValue(levelsLeft: Int) throws(JSONError) -> JSON {
        skipWhiteSpace()
        switch try nextByte() {
        case UInt8(ascii: "{"): return .object(try parseMembers(levelsLeft: levelsLeft))
        case UInt8(ascii: "["): return .array(try parseElements(levelsLeft: levelsLeft))
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "t"): return try parse("true", as: .bool(true))
        case UInt8(ascii: "f"): return try parse("false", as: .bool(false))
        case UInt8(ascii: "n"): return try parse("null", as: .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try parseNumber())
        default: throw JSONError(.unexpectedByte, at: position)
        }
    }

    private mutating func parseMembers(levelsLeft: Int) throws(JSONError) -> [JSON.Member] {
        guard levelsLeft > 0 else { throw JSONError(.tooDeep, at: position) }
        position += 1
        var members: [JSON.Member] = []
        skipWhiteSpace()
        if skip(UInt8(ascii: "}")) { return members }
        repeat {
            skipWhiteSpace()
            guard try nextByte() == UInt8(ascii: "\"") else { throw JSONError(.unexpectedByte, at: position) }
            let name = try parseString()
            skipWhiteSpace()
            try require(UInt8(ascii: ":"))
            members.append(JSON.Member(name: name, value: try parseValue(levelsLeft: levelsLeft - 1)))
            skipWhiteSpace()
        } while skip(UInt8(ascii: ","))
        try require(UInt8(ascii: "}"))
        return members
    }

    private mutating func parseElements(levelsLeft: Int) throws(JSONError) -> [JSON] {
        guard levelsLeft > 0 else { throw JSONError(.tooDeep, at: position) }
        position += 1
        var elements: [JSON] = []
        skipWhiteSpace()
        if skip(UInt8(ascii: "]")) { return elements }
        repeat {
            elements.append(try parseValue(levelsLeft: levelsLeft - 1))
            skipWhiteSpace()
        } while skip(UInt8(ascii: ","))
        try require(UInt8(ascii: "]"))
        return elements
    }

    private mutating func parse(_ word: StaticString, as value: JSON) throws(JSONError) -> JSON {
        for offset in 0..<word.utf8CodeUnitCount {
            try require(word.utf8Start[offset])
        }
        return value
    }

    private mutating func parseNumber() throws(JSONError) -> String {
        let start = position
        _ = skip(UInt8(ascii: "-"))
        let startsWithZero = position < bytes.count && bytes[position] == UInt8(ascii: "0")
        let integerDigits = skipDigits()
        guard integerDigits == 1 || integerDigits > 1 && !startsWithZero else {
            throw JSONError(.invalidNumber, at: start)
        }
        if skip(UInt8(ascii: ".")) {
            guard skipDigits() > 0 else { throw JSONError(.invalidNumber, at: start) }
        }
        if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
            if !skip(UInt8(ascii: "+")) { _ = skip(UInt8(ascii: "-")) }
            guard skipDigits() > 0 else { throw JSONError(.invalidNumber, at: start) }
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// Most strings have no escapes: those are made from their bytes in one piece.
    private mutating func parseString() throws(JSONError) -> String {
        let start = position
        position += 1
        skipPlainCharacters()
        if try nextByte() == UInt8(ascii: "\"") {
            position += 1
            return try makeString(bytes[start + 1..<position - 1], startingAt: start)
        }
        var content = Array(bytes[start + 1..<position])
        while true {
            let plain = position
            skipPlainCharacters()
            content.append(contentsOf: bytes[plain..<position])
            switch try nextByte() {
            case UInt8(ascii: "\""):
                position += 1
                return try makeString(content[...], startingAt: start)
            case UInt8(ascii: "\\"):
                try parseEscape(into: &content)
            default:
                throw JSONError(.controlCharacter, at: position)
            }
        }
    }

    private mutating func parseEscape(into content: inout [UInt8]) throws(JSONError) {
        let start = position
        position += 1
        let kind = try nextByte()
        position += 1
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(kind)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "u"): content.append(contentsOf: String(try parseScalar(escapedAt: start)).utf8)
        default: throw JSONError(.invalidEscape, at: start)
        }
    }

    /// Reads what follows `\u`, and for the first half of a surrogate pair the second escape too.
    private mutating func parseScalar(escapedAt start: Int) throws(JSONError) -> Unicode.Scalar {
        let unit = try parseFourHexDigits(escapedAt: start)
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard UTF16.isLeadSurrogate(unit), skip(UInt8(ascii: "\\")), skip(UInt8(ascii: "u")) else {
            throw JSONError(.loneSurrogate, at: start)
        }
        let trail = try parseFourHexDigits(escapedAt: start)
        guard UTF16.isTrailSurrogate(trail) else { throw JSONError(.loneSurrogate, at: start) }
        return UTF16.decode(UTF16.EncodedScalar([unit, trail]))
    }

    private mutating func parseFourHexDigits(escapedAt start: Int) throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            let byte = try nextByte()
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw JSONError(.invalidEscape, at: start)
            }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }

    private func makeString(_ content: ArraySlice<UInt8>, startingAt start: Int) throws(JSONError) -> String {
        // Most are ASCII, which needs no validation: that costs more than all else about a short string.
        if content.allSatisfy({ $0 < 0x80 }) { return String(decoding: content, as: UTF8.self) }
        guard let text = String(validating: content, as: UTF8.self) else { throw JSONError(.invalidUTF8, at: start) }
        return text
    }

    private func nextByte() throws(JSONError) -> UInt8 {
        guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
        return bytes[position]
    }

    private mutating func require(_ byte: UInt8) throws(JSONError) {
        guard try nextByte() == byte else { throw JSONError(.unexpectedByte, at: position) }
        position += 1
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipDigits() -> Int {
        let start = position
        while position < bytes.count, UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[position] { position += 1 }
        return position - start
    }

    private mutating func skipPlainCharacters() {
        while position < bytes.count {
            let byte = bytes[position]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
            position += 1
        }
    }

    private mutating func skipWhiteSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: " "), 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }
}
