/// Why a body is not a form that can be verified. Holds no values.
package enum FormError: Error, Hashable {
    /// A `%` without two hexadecimal digits behind it; `offset` in bytes from the start of the body.
    case brokenEscape(offset: Int)
    /// `parameter` counts from 1, in the order in which they came.
    case notUTF8(parameter: Int)
    /// Two parameters of one name: nobody can say which of them was signed.
    case repeatedParameter(name: String)
    case tooManyParameters(limit: Int)

    /// A name as it may stand in an answer or a log: at most 64 bytes, and nothing but letters, digits, `_`, `-` and `.`.
    static func shown(_ name: ArraySlice<UInt8>) -> String {
        let shown = name.prefix(64).map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
                byte
            default:
                UInt8(ascii: "?")
            }
        }
        return String(decoding: shown, as: UTF8.self)
    }
}

extension FormError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .brokenEscape(let offset): "broken percent escape at byte \(offset)"
        case .notUTF8(let parameter): "parameter \(parameter) is not UTF-8"
        case .repeatedParameter(let name): "parameter \(name) is there more than once"
        case .tooManyParameters(let limit): "more than \(limit) parameters"
        }
    }
}
