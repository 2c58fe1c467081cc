extension JSON: Hashable {
    package static func == (left: JSON, right: JSON) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)), (.string(let left), .string(let right)):
            left.hasBytes(of: right)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        case (.null, _), (.bool, _), (.number, _), (.string, _), (.array, _), (.object, _): false
        }
    }

    /// Over the text, which values that are equal have in common.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(serialized())
    }
}

extension JSON.Member: Hashable {
    package static func == (left: JSON.Member, right: JSON.Member) -> Bool {
        left.isNamed(right.name) && left.value == right.value
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(JSON.object([self]))
    }

    package func isNamed(_ name: String) -> Bool {
        self.name.hasBytes(of: name)
    }
}
