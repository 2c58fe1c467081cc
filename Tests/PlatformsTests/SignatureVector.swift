import Platforms
import RelayCore
import Testing

/// One worked example of a signature over parameters.
struct SignatureVector: Sendable, CustomTestStringConvertible {
    let name: String
    let secret: Secret
    let parameters: [String]
    let values: [String]
    let canonical: String
    let sign: String
    let form: String

    var pairs: [FormBody.Pair] { Array(zip(parameters, values)) }
    var testDescription: String { name }

    private init?(_ json: JSON) {
        guard let name = json["name"]?.stringValue, let secret = json["secret"]?.stringValue,
            let members = json["params"]?.members, let canonical = json["canonical"]?.stringValue,
            let sign = json["sign"]?.stringValue, let form = json["form"]?.stringValue
        else { return nil }
        self.name = name
        self.secret = Secret(secret)
        self.parameters = members.map(\.name)
        self.values = members.compactMap { $0.value.stringValue }
        self.canonical = canonical
        self.sign = sign
        self.form = form
    }

    static func read(_ text: String) -> [SignatureVector] {
        ((try? JSON(parsing: text))?["cases"]?.arrayValue ?? []).compactMap(SignatureVector.init)
    }
}
