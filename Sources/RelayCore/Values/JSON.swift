/// A JSON value as it was written: members keep their order and their repetitions, and a number keeps its text, so
/// that a price or a long order number that passes through is never rounded.
///
/// Equality is that of the text, byte for byte: `1` and `1.0` differ, and so do objects with their members in another order.
package enum JSON: Sendable {
    case null
    case bool(Bool)
    /// The number exactly as it is written in JSON; whoever makes one answers for its grammar.
    case number(String)
    case string(String)
    case array([JSON])
    case object([Member])

    package struct Member: Sendable {
        package var name: String
        package var value: JSON

        package init(name: String, value: JSON) {
            self.name = name
            self.value = value
        }
    }

    package init(_ integer: some BinaryInteger) {
        self = .number(String(integer))
    }
}

extension JSON {
    /// The member of that name; of several the last one. Nil also where this is not an object.
    package subscript(name: String) -> JSON? {
        members?.last { $0.isNamed(name) }?.value
    }

    package var stringValue: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// Nil unless the number is an integer that fits, written without an exponent; `1.0` is one, `1.5` and `1e3` are not.
    package var intValue: Int? {
        guard case .number(let text) = self else { return nil }
        guard let point = text.utf8.firstIndex(of: UInt8(ascii: ".")) else { return Int(text) }
        let fraction = text.utf8[text.utf8.index(after: point)...]
        return fraction.allSatisfy { $0 == UInt8(ascii: "0") } ? Int(text[..<point]) : nil
    }

    package var arrayValue: [JSON]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// An object's members in their order.
    package var members: [Member]? {
        if case .object(let members) = self { members } else { nil }
    }
}

extension JSON: ExpressibleByStringInterpolation, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral {
    package init(stringLiteral value: String) {
        self = .string(value)
    }

    package init(booleanLiteral value: Bool) {
        self = .bool(value)
    }

    package init(integerLiteral value: Int64) {
        self = .number(String(value))
    }
}

extension JSON: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    package init(arrayLiteral elements: JSON...) {
        self = .array(elements)
    }

    /// Members in the order in which they are written.
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(elements.map { Member(name: $0, value: $1) })
    }
}
