import RelayCore
import Yams

/// One value of the file. What cannot be read is reported, and gives nil.
struct Value {
    let node: Node
    let place: Place
    let reading: Reading

    init(_ node: Node, at place: Place, _ reading: Reading) {
        self.node = node
        self.place = place
        self.reading = reading
    }

    var line: Int { node.position.line }

    func report(_ message: String) {
        reading.report(message, at: node.position, place: place)
    }

    /// Nothing behind the colon, or `~`, or `null`.
    var isEmpty: Bool {
        guard let scalar = node.scalar, scalar.style == .plain else { return false }
        return ["", "~", "null"].contains(scalar.string)
    }

    /// A scalar's text, which is not empty.
    func scalar() -> Substitution? {
        guard !isEmpty else {
            report("has no value")
            return nil
        }
        guard let scalar = node.scalar else {
            report("expected a single value, not \(node.kind)")
            return nil
        }
        do throws(Substitution.Failure) {
            let substitution = try Substitution(scalar.string, environment: reading.environment)
            guard !substitution.value.isEmpty else {
                report(substitution.isFromEnvironment ? "\(scalar.string) is empty" : "is empty")
                return nil
            }
            return substitution
        } catch {
            report("\(error)")
            return nil
        }
    }

    /// - Parameter otherwise: What to say instead of the error where the value came from the environment and the error
    ///   may quote it. nil: it quotes nothing.
    func scalar<Converted>(
        otherwise: String? = nil, _ convert: (String) throws -> Converted
    ) -> Converted? {
        guard let scalar = scalar() else { return nil }
        do {
            return try convert(scalar.value)
        } catch {
            let reason = scalar.isFromEnvironment ? otherwise ?? "\(error)" : "\(error)"
            report("\(Self.quoted(scalar.source)): \(reason)")
            return nil
        }
    }

    /// The items of a list; one without a value has none.
    func items() -> [Value]? {
        if isEmpty { return [] }
        guard let sequence = node.sequence else {
            report("expected a list, not \(node.kind)")
            return nil
        }
        return sequence.enumerated().map { index, node in
            Value(node, at: place.item(index, name: Self.name(of: node)), reading)
        }
    }

    /// - Parameter unsupported: Keys that later versions will know.
    func fields(_ known: [String], unsupported: [String] = []) -> Fields? {
        guard let mapping = node.mapping else {
            report("expected keys and values, not \(node.kind)")
            return nil
        }
        var values: [String: Value] = [:]
        for (key, value) in mapping {
            guard let name = key.scalar?.string else {
                reading.report("expected a key, not \(key.kind)", at: key.position, place: place)
                continue
            }
            if let name = YAMLDocument.repeatedKey(name) {
                reading.report("is given twice", at: key.position, place: place.key(String(name)))
            } else if known.contains(name) {
                values[name] = Value(value, at: place.key(name), reading)
            } else if unsupported.contains(name) {
                reading.report("is not supported by this version", at: key.position, place: place.key(name))
            } else {
                let advice = (known + unsupported).nearest(to: name).map { "; did you mean \($0)?" } ?? ""
                reading.report("unknown key \(Self.quoted(name))\(advice)", at: key.position, place: place)
            }
        }
        return Fields(values: values, owner: self)
    }

    /// The name that heads the item's problems.
    private static func name(of node: Node) -> String? {
        guard let name = node.mapping?["name"]?.scalar?.string, !name.isEmpty, !name.contains("${") else { return nil }
        return shortened(name)
    }

    private static func quoted(_ text: String) -> String {
        "\"\(shortened(text))\""
    }

    private static func shortened(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        return line.count > 60 ? line.prefix(60) + "…" : line
    }
}

extension Node {
    var kind: String {
        switch self {
        case .scalar: "a single value"
        case .mapping: "keys and values"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }
}
