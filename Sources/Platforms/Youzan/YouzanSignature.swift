import Crypto
package import RelayCore

/// Youzan's signature of a message push: MD5 over `client_id`, `msg` as it came (still URL-encoded) and `client_secret`.
/// Nothing but `msg` is signed.
///
/// The published form is lower-case hexadecimal. Either case is taken.
package enum YouzanSignature {
    package static func text(clientID: String, message: String, clientSecret: Secret) -> String {
        Hexadecimal.lowerCase(digest(clientID, message, clientSecret))
    }

    package static func isRight(_ signature: String, clientID: String, message: String, clientSecret: Secret) -> Bool {
        guard let given = Hexadecimal.bytes(of: Array(signature.utf8)[...]) else { return false }
        // Crypto compares a digest with bytes in constant time.
        return digest(clientID, message, clientSecret) == given
    }

    private static func digest(_ clientID: String, _ message: String, _ secret: Secret) -> Insecure.MD5Digest {
        Insecure.MD5.hash(data: Array((clientID + message + secret.reveal()).utf8))
    }
}

extension YouzanSignature {
    /// Every step from the message to the signature, for `yizhan sign youzan`.
    package static func explanation(
        clientID: String, message: String, clientSecret: Secret, given: String?
    ) -> SignatureExplanation {
        let signature = text(clientID: clientID, message: message, clientSecret: clientSecret)
        return SignatureExplanation(
            steps: [
                .init(
                    title: "client_id, msg as it came (still URL-encoded) and client_secret, with nothing between",
                    lines: ["\(clientID)\(message)\(clientSecret)"]),
                .init(title: "MD5 of that in UTF-8, as lower-case hexadecimal", lines: [signature]),
            ],
            signedText: Secret(clientID + message + clientSecret.reveal()), signature: signature,
            isGivenSignatureRight: given.map {
                isRight($0, clientID: clientID, message: message, clientSecret: clientSecret)
            })
    }
}
