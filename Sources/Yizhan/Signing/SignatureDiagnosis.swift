import Crypto
import Platforms
import RelayCore

/// Finds out what was done otherwise where a RenRenXiu signature does not match: every usual mistake is made on purpose,
/// also several at once, until the signature comes out.
struct SignatureDiagnosis {
    private let parameters: [SignedParameter]
    private let secret: Secret

    /// - Parameters:
    ///   - body: as it was sent; `form` is what it says.
    init(of body: [UInt8], _ form: FormBody, secret: Secret) {
        let raw = body.split(separator: UInt8(ascii: "&")).map { $0.split(separator: UInt8(ascii: "="), maxSplits: 1) }
        self.parameters = zip(form.pairs, raw).map { pair, raw in
            SignedParameter(
                name: pair.name, value: pair.value,
                encodedValue: raw.count == 2 ? String(decoding: raw[1], as: UTF8.self) : "")
        }.filter { $0.name != "sign" }
        self.secret = secret
    }

    /// The fewest that lead to this signature, in either case of its letters; nil if none do.
    func mistakes(behind signature: String) -> [SignatureMistake]? {
        let given = signature.lowercased()
        return recipes()
            .sorted { $0.mistakes.count < $1.mistakes.count }
            .first { $0.signature(of: parameters, secret: secret) == given }?
            .mistakes
    }

    private func recipes() -> [SignatureRecipe] {
        var recipes = [SignatureRecipe()]
        func multiply(_ variants: [(inout SignatureRecipe) -> Void]) {
            recipes += recipes.flatMap { recipe in
                variants.map { variant in
                    var changed = recipe
                    variant(&changed)
                    return changed
                }
            }
        }
        multiply([{ $0.order = .asTheyCame }, { $0.order = .ignoringCase }])
        multiply([{ $0.takesEmptyValues = true }])
        multiply([{ $0.takesEncodedValues = true }])
        multiply([
            { $0.secretPlace = .nowhere }, { $0.secretPlace = .ownParameter }, { $0.secretPlace = .afterAmpersand },
        ])
        multiply(parameters.map(\.name).map { name in { $0.leftOut = name } })
        return recipes
    }
}

enum SignatureMistake: Hashable, CustomStringConvertible {
    case notSorted
    case sortedIgnoringCase
    case emptyValuesIncluded
    case encodedValues
    case secretMissing
    case secretAsParameter
    case secretAfterAmpersand
    case leftOut(String)

    var description: String {
        switch self {
        case .notSorted: "the parameters are not sorted by name, but joined in the order in which they came"
        case .sortedIgnoringCase: "names are sorted as if a and A were the same; in ASCII order capitals come first"
        case .emptyValuesIncluded: "parameters without a value are signed too; they have to be left out"
        case .encodedValues: "values are signed as they are URL-encoded; they have to be decoded first"
        case .secretMissing: "the AppSecret is missing behind the parameters"
        case .secretAsParameter: "the AppSecret is joined as &key=…; it goes right behind, without anything between"
        case .secretAfterAmpersand: "the AppSecret is joined with &; it goes right behind, without anything between"
        case .leftOut(let name): "\(name) is not signed; every parameter is, also one that nobody knows"
        }
    }
}

private struct SignedParameter {
    let name: String
    let value: String
    let encodedValue: String
}

/// One way to sign; without a change it is the right one.
private struct SignatureRecipe {
    enum Order { case byName, asTheyCame, ignoringCase }
    enum SecretPlace { case behind, nowhere, ownParameter, afterAmpersand }

    var order = Order.byName
    var takesEmptyValues = false
    var takesEncodedValues = false
    var secretPlace = SecretPlace.behind
    var leftOut: String?

    var mistakes: [SignatureMistake] {
        var mistakes: [SignatureMistake] = []
        switch order {
        case .byName: break
        case .asTheyCame: mistakes.append(.notSorted)
        case .ignoringCase: mistakes.append(.sortedIgnoringCase)
        }
        if takesEmptyValues { mistakes.append(.emptyValuesIncluded) }
        if takesEncodedValues { mistakes.append(.encodedValues) }
        switch secretPlace {
        case .behind: break
        case .nowhere: mistakes.append(.secretMissing)
        case .ownParameter: mistakes.append(.secretAsParameter)
        case .afterAmpersand: mistakes.append(.secretAfterAmpersand)
        }
        if let leftOut { mistakes.append(.leftOut(leftOut)) }
        return mistakes
    }

    /// In small letters.
    func signature(of parameters: [SignedParameter], secret: Secret) -> String {
        var signed = parameters.filter { $0.name != leftOut && (takesEmptyValues || !$0.value.isEmpty) }
        switch order {
        case .byName: signed.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        case .asTheyCame: break
        case .ignoringCase:
            signed.sort { $0.name.lowercased().utf8.lexicographicallyPrecedes($1.name.lowercased().utf8) }
        }
        let joined = signed.map { "\($0.name)=\(takesEncodedValues ? $0.encodedValue : $0.value)" }
            .joined(separator: "&")
        let text =
            switch secretPlace {
            case .behind: joined + secret.reveal()
            case .nowhere: joined
            case .ownParameter: "\(joined)&key=\(secret.reveal())"
            case .afterAmpersand: "\(joined)&\(secret.reveal())"
            }
        return Insecure.MD5.hash(data: Array(text.utf8)).map { byte in
            (byte < 0x10 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}
