/// A JSON text whose strings may hold `{{field}}`. It is parsed first and filled in afterwards, so that no value can break
/// out of its place.
package struct JSONTemplate: Hashable, Sendable {
    private indirect enum Node: Hashable, Sendable {
        case fixed(JSON)
        /// A string that is nothing but `{{field}}` takes the field's own type.
        case field(String)
        case text([Piece])
        case array([Node])
        case object([Member])
    }

    private struct Member: Hashable, Sendable {
        let name: String
        let value: Node
    }

    private enum Piece: Hashable, Sendable {
        case literal(String)
        case field(String)
    }

    private let root: Node
    /// The names between braces.
    package let fields: Set<String>

    package init(parsing text: String) throws(JSONTemplateError) {
        let json: JSON
        do throws(JSONError) {
            json = try JSON(parsing: text)
        } catch {
            throw .notJSON(error)
        }
        var fields: Set<String> = []
        root = try Self.node(json, &fields)
        self.fields = fields
    }

    /// A field that is not there becomes `null` where it stands alone, and nothing within other text.
    package func filled(from values: JSON) -> JSON {
        Self.fill(root, values)
    }

    private static func node(_ json: JSON, _ fields: inout Set<String>) throws(JSONTemplateError) -> Node {
        switch json {
        case .null, .bool, .number:
            return .fixed(json)
        case .string(let text):
            let pieces = try pieces(of: text)
            for case .field(let name) in pieces { fields.insert(name) }
            if pieces.count == 1, case .field(let name) = pieces[0] { return .field(name) }
            return pieces.contains { if case .field = $0 { true } else { false } } ? .text(pieces) : .fixed(json)
        case .array(let elements):
            var nodes: [Node] = []
            for element in elements { nodes.append(try node(element, &fields)) }
            return .array(nodes)
        case .object(let members):
            var nodes: [Member] = []
            for member in members { nodes.append(Member(name: member.name, value: try node(member.value, &fields))) }
            return .object(nodes)
        }
    }

    private static func pieces(of text: String) throws(JSONTemplateError) -> [Piece] {
        var pieces: [Piece] = []
        var rest = text[...]
        while let start = rest.firstRange(of: "{{") {
            if start.lowerBound > rest.startIndex { pieces.append(.literal(String(rest[..<start.lowerBound]))) }
            guard let end = rest[start.upperBound...].firstRange(of: "}}") else { throw .unclosed }
            let name = rest[start.upperBound..<end.lowerBound].split(separator: " ").joined(separator: " ")
            guard !name.isEmpty else { throw .unnamed }
            pieces.append(.field(name))
            rest = rest[end.upperBound...]
        }
        if !rest.isEmpty { pieces.append(.literal(String(rest))) }
        return pieces
    }

    private static func fill(_ node: Node, _ values: JSON) -> JSON {
        switch node {
        case .fixed(let value): value
        case .field(let name): values[name] ?? .null
        case .text(let pieces): .string(pieces.map { text(of: $0, values) }.joined())
        case .array(let nodes): .array(nodes.map { fill($0, values) })
        case .object(let members):
            .object(members.map { JSON.Member(name: $0.name, value: fill($0.value, values)) })
        }
    }

    private static func text(of piece: Piece, _ values: JSON) -> String {
        switch piece {
        case .literal(let text):
            return text
        case .field(let name):
            switch values[name] {
            case nil, .null: return ""
            case .string(let text): return text
            case .number(let text): return text
            case .bool(let value): return value ? "true" : "false"
            case .array, .object: return String(decoding: values[name]?.serialized() ?? [], as: UTF8.self)
            }
        }
    }
}

/// Why a text is no template. Holds nothing of it.
package enum JSONTemplateError: Error, Hashable {
    case notJSON(JSONError)
    case unclosed
    case unnamed
}

extension JSONTemplateError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notJSON(let error): "\(error)"
        case .unclosed: "a {{ has no }} behind it"
        case .unnamed: "there is no field's name between {{ and }}"
        }
    }
}
