import Crypto
package import RelayCore

/// RenRenXiu's signature: MD5 over the sorted parameters and the AppSecret behind them.
///
/// The published form is upper-case hexadecimal. Either case is taken: it says nothing about who knows the secret, and
/// refusing it would lose prizes over a letter's size. We write upper case.
package enum RenRenXiuSignature {
    package static func text(for form: FormBody, secret: Secret) -> String {
        Hexadecimal.upperCase(digest(of: form, secret: secret))
    }

    package static func isRight(_ signature: ArraySlice<UInt8>, for form: FormBody, secret: Secret) -> Bool {
        guard let given = Hexadecimal.bytes(of: signature) else { return false }
        // Crypto compares a digest with bytes in constant time.
        return digest(of: form, secret: secret) == given
    }

    /// The parameters as a form body with a `sign` that is made anew: where one stands already, else at the end.
    package static func signedForm(_ parameters: [FormBody.Pair], secret: Secret) throws(FormError) -> [UInt8] {
        FormBody.encode(
            FormBody.signed(parameters, signature: text(for: try FormBody(parameters), secret: secret)))
    }

    private static func digest(of form: FormBody, secret: Secret) -> Insecure.MD5Digest {
        Insecure.MD5.hash(data: signedBytes(of: form, secret: secret))
    }

    /// The very bytes that are hashed, the secret at their end.
    private static func signedBytes(of form: FormBody, secret: Secret) -> [UInt8] {
        let secret = secret.reveal()
        var text: [UInt8] = []
        text.reserveCapacity(form.bytes.count + secret.utf8.count)
        for parameter in form.sortedParameters where isSigned(parameter, of: form) {
            if !text.isEmpty { text.append(UInt8(ascii: "&")) }
            text.append(contentsOf: form.bytes[parameter.name])
            text.append(UInt8(ascii: "="))
            text.append(contentsOf: form.bytes[parameter.value])
        }
        text.append(contentsOf: secret.utf8)
        return text
    }

    private static func isSigned(_ parameter: FormBody.Parameter, of form: FormBody) -> Bool {
        !parameter.value.isEmpty && !form.isText("sign", at: parameter.name)
    }
}

extension RenRenXiuSignature {
    /// Every step from the parameters to the signature, for `yizhan sign renrenxiu`.
    package static func explanation(of form: FormBody, secret: Secret) -> SignatureExplanation {
        let signed = form.sortedParameters.filter { isSigned($0, of: form) }
        let leftOut = form.parameters.filter { !isSigned($0, of: form) }
        let signedText = String(decoding: signedBytes(of: form, secret: secret), as: UTF8.self)
        let joined = String(decoding: signedBytes(of: form, secret: Secret("")), as: UTF8.self)
        let signature = text(for: form, secret: secret)
        return SignatureExplanation(
            steps: [
                .init(title: "Left out: sign, and what has no value", lines: leftOut.map { form.text($0.name) }),
                .init(
                    title: "Decoded and sorted by name, capitals first",
                    lines: signed.map { "\(form.text($0.name)) = \(form.text($0.value))" }),
                .init(title: "Joined, with the AppSecret right behind", lines: ["\(joined)\(secret)"]),
                .init(title: "MD5 of that in UTF-8, as upper-case hexadecimal", lines: [signature]),
            ],
            signedText: Secret(signedText), signature: signature,
            isGivenSignatureRight: form["sign"].map { isRight($0, for: form, secret: secret) })
    }
}
