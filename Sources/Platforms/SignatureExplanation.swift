package import RelayCore

/// How a signature comes about, step by step, for a person whose own comes out differently.
package struct SignatureExplanation: Sendable {
    package struct Step: Hashable, Sendable {
        package let title: String
        package let lines: [String]
    }

    /// Safe to show: the secret is not in there.
    package let steps: [Step]
    /// The very text that is hashed, the secret in it.
    package let signedText: Secret
    package let signature: String
    /// Whether the signature that came with the parameters is the right one; nil where none came.
    package let isGivenSignatureRight: Bool?
}
