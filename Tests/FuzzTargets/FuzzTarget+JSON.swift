import RelayCore

extension FuzzTarget {
    /// Taken exactly where RFC 8259's grammar takes it, and the same again once it is written.
    static let json = FuzzTarget("json") { text in
        let value: JSON
        do throws(JSONError) {
            value = try JSON(parsing: text)
        } catch {
            try require(0...text.count ~= error.offset, "the error is at byte \(error.offset) of \(text.count)")
            return try require(
                error.reason == .tooDeep || !JSONGrammar.takes(text), "refused, and the grammar takes it: \(error)")
        }
        try require(JSONGrammar.takes(text), "taken, and the grammar refuses it")
        let written = value.serialized()
        let again = try JSON(parsing: written)
        try require(again == value && again.hashValue == value.hashValue, "another value once it is written")
        try require(again.serialized() == written, "written differently the second time")
    }

    /// Two texts with a NUL between them: the template, and the values as a JSON object.
    static let jsonTemplate = FuzzTarget("json-template") { bytes in
        let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let template = try? JSONTemplate(parsing: String(decoding: parts[0], as: UTF8.self)),
            let values = try? JSON(parsing: parts[1])
        else { return }
        let filled = template.filled(from: values)
        try require(try JSON(parsing: filled.serialized(), maximumDepth: 129) == filled, "a value breaks out")
        let plain = try JSON(parsing: String(decoding: parts[0], as: UTF8.self))
        try require(template.fields.isEmpty ? filled == plain : true, "a text without fields is changed")
        try require(JSONGrammar.shape(plain) == JSONGrammar.shape(template.filled(from: .object([]))), "another shape")
    }
}

/// The grammar of RFC 8259 over Unicode scalars, and nothing else.
enum JSONGrammar {
    static func takes(_ bytes: [UInt8]) -> Bool {
        guard let text = String(validating: bytes, as: UTF8.self) else { return false }
        var rest = Array(text.unicodeScalars)[...]
        guard skipValue(&rest) else { return false }
        skipBlanks(&rest)
        return rest.isEmpty
    }

    /// A value with its names, and without what its strings are.
    static func shape(_ value: JSON) -> JSON {
        switch value {
        case .null, .string: .null
        case .bool, .number: value
        case .array(let elements): .array(elements.map(shape))
        case .object(let members): .object(members.map { .init(name: $0.name, value: shape($0.value)) })
        }
    }

    private typealias Rest = ArraySlice<Unicode.Scalar>

    private static func skipBlanks(_ rest: inout Rest) {
        rest = rest.drop { " \t\n\r".unicodeScalars.contains($0) }
    }

    private static func skip(_ word: String, _ rest: inout Rest) -> Bool {
        guard rest.starts(with: word.unicodeScalars) else { return false }
        rest = rest.dropFirst(word.unicodeScalars.count)
        return true
    }

    private static func skipValue(_ rest: inout Rest) -> Bool {
        skipBlanks(&rest)
        if skip("[", &rest) { return skipList("]", &rest, skipValue) }
        if skip("{", &rest) {
            return skipList("}", &rest) { rest in
                skipBlanks(&rest)
                guard skipString(&rest) else { return false }
                skipBlanks(&rest)
                return skip(":", &rest) && skipValue(&rest)
            }
        }
        if rest.first == "\"" { return skipString(&rest) }
        return skip("true", &rest) || skip("false", &rest) || skip("null", &rest) || skipNumber(&rest)
    }

    private static func skipList(_ end: String, _ rest: inout Rest, _ skipItem: (inout Rest) -> Bool) -> Bool {
        skipBlanks(&rest)
        if skip(end, &rest) { return true }
        while skipItem(&rest) {
            skipBlanks(&rest)
            if skip(end, &rest) { return true }
            guard skip(",", &rest) else { return false }
        }
        return false
    }

    private static func skipString(_ rest: inout Rest) -> Bool {
        guard skip("\"", &rest) else { return false }
        while let scalar = rest.popFirst() {
            if scalar == "\"" { return true }
            if scalar.value < 0x20 { return false }
            guard scalar == "\\" else { continue }
            guard let kind = rest.popFirst() else { return false }
            if "\"\\/bfnrt".unicodeScalars.contains(kind) { continue }
            guard kind == "u", let unit = fourDigits(&rest), !(0xDC00...0xDFFF ~= unit) else { return false }
            guard 0xD800...0xDBFF ~= unit else { continue }
            guard skip("\\u", &rest), let trail = fourDigits(&rest), 0xDC00...0xDFFF ~= trail else { return false }
        }
        return false
    }

    private static func fourDigits(_ rest: inout Rest) -> Int? {
        let digits = rest.prefix(4)
        rest = rest.dropFirst(4)
        guard digits.count == 4, digits.allSatisfy({ $0.isASCII && $0.properties.isASCIIHexDigit }) else { return nil }
        return Int(String(String.UnicodeScalarView(digits)), radix: 16)
    }

    private static func skipNumber(_ rest: inout Rest) -> Bool {
        _ = skip("-", &rest)
        if !skip("0", &rest) { guard skipDigits(&rest) else { return false } }
        if skip(".", &rest) { guard skipDigits(&rest) else { return false } }
        if skip("e", &rest) || skip("E", &rest) {
            _ = skip("+", &rest) || skip("-", &rest)
            guard skipDigits(&rest) else { return false }
        }
        return true
    }

    private static func skipDigits(_ rest: inout Rest) -> Bool {
        let count = rest.count
        rest = rest.drop { "0"..."9" ~= $0 }
        return rest.count < count
    }
}
