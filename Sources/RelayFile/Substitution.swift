/// A scalar of the file with its `${NAME}` replaced. `$${` stands for `${` itself; what a variable holds is taken as it
/// is.
struct Substitution {
    enum Failure: Error {
        case unset(String)
        case malformed
    }

    /// As it stands in the file.
    let source: String
    let value: String
    /// Whether some of the value must not be shown.
    let isFromEnvironment: Bool

    init(_ source: String, environment: (String) -> String?) throws(Failure) {
        self.source = source
        var value = ""
        var isFromEnvironment = false
        var rest = source[...]
        while let dollar = rest.firstIndex(of: "$") {
            value += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix("$${") {
                value += "${"
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("${") {
                guard let end = rest.firstIndex(of: "}") else { throw .malformed }
                let name = String(rest[..<end].dropFirst(2))
                guard Self.isName(name) else { throw .malformed }
                guard let replacement = environment(name) else { throw .unset(name) }
                value += replacement
                isFromEnvironment = true
                rest = rest[end...].dropFirst()
            } else {
                value += "$"
                rest = rest.dropFirst()
            }
        }
        self.value = value + rest
        self.isFromEnvironment = isFromEnvironment
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9") ~= first) else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }
}

extension Substitution.Failure: CustomStringConvertible {
    var description: String {
        switch self {
        case .unset(let name): "the environment variable \(name) is not set"
        case .malformed: "${ needs the name of an environment variable and a }; write $${ for ${ itself"
        }
    }
}
