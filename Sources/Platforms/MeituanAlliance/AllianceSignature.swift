import Crypto
package import RelayCore

/// Meituan Alliance's signature: MD5 over the sorted parameters, names and values without anything between, and the secret
/// before and behind them. The same for what we receive (with the callback key) and what we send (with the API secret).
///
/// The published form is lower-case hexadecimal. Either case is taken.
package enum AllianceSignature {
    package static func text(for parameters: FormBody, secret: Secret) -> String {
        Hexadecimal.lowerCase(digest(of: parameters, secret: secret))
    }

    package static func isRight(_ signature: ArraySlice<UInt8>, for parameters: FormBody, secret: Secret) -> Bool {
        guard let given = Hexadecimal.bytes(of: signature) else { return false }
        // Crypto compares a digest with bytes in constant time.
        return digest(of: parameters, secret: secret) == given
    }

    /// The parameters as a form, or a query, with a `sign` that is made anew: where one stands already, else at the end.
    package static func signedForm(_ parameters: [FormBody.Pair], secret: Secret) throws(FormError) -> [UInt8] {
        FormBody.encode(
            FormBody.signed(parameters, signature: text(for: try FormBody(parameters), secret: secret)))
    }

    private static func digest(of parameters: FormBody, secret: Secret) -> Insecure.MD5Digest {
        Insecure.MD5.hash(data: signedBytes(of: parameters, secret: secret))
    }

    /// The very bytes that are hashed.
    static func signedBytes(of parameters: FormBody, secret: Secret) -> [UInt8] {
        let secret = Array(secret.reveal().utf8)
        var text: [UInt8] = []
        text.reserveCapacity(parameters.bytes.count + 2 * secret.count)
        text += secret
        for parameter in parameters.sortedParameters where isSigned(parameter, of: parameters) {
            text += parameters.bytes[parameter.name]
            text += parameters.bytes[parameter.value]
        }
        text += secret
        return text
    }

    private static func isSigned(_ parameter: FormBody.Parameter, of parameters: FormBody) -> Bool {
        !parameters.isText("sign", at: parameter.name)
    }
}

extension AllianceSignature {
    /// Every step from the parameters to the signature, for `yizhan sign meituan-alliance`.
    package static func explanation(of parameters: FormBody, secret: Secret) -> SignatureExplanation {
        let signed = parameters.sortedParameters.filter { isSigned($0, of: parameters) }
        let joined = String(decoding: signedBytes(of: parameters, secret: Secret("")), as: UTF8.self)
        let signature = text(for: parameters, secret: secret)
        return SignatureExplanation(
            steps: [
                .init(
                    title: "Without sign, decoded and sorted by name, capitals first",
                    lines: signed.map { "\(parameters.text($0.name)) = \(parameters.text($0.value))" }),
                .init(
                    title: "Names and values joined with nothing between, the secret before and behind",
                    lines: ["\(secret)\(joined)\(secret)"]),
                .init(title: "MD5 of that in UTF-8, as lower-case hexadecimal", lines: [signature]),
            ],
            signedText: Secret(String(decoding: signedBytes(of: parameters, secret: secret), as: UTF8.self)),
            signature: signature,
            isGivenSignatureRight: parameters["sign"].map { isRight($0, for: parameters, secret: secret) })
    }
}
