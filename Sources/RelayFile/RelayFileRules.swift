package import RelayCore

/// What the reader cannot know by itself.
package struct RelayFileRules: Sendable {
    /// The names of `platform:` that this version serves, each with the fields that its events have.
    package let platforms: [String: Set<String>]
    /// Throws why an endpoint cannot have this address.
    package let checkURL: @Sendable (String) throws -> Void
    /// Throws why this is no secret of Standard Webhooks, in words that hold nothing of it.
    package let checkStandardSecret: @Sendable (Secret) throws -> Void
    /// Throws why these are not certificates in PEM.
    package let checkCertificates: @Sendable (String) throws -> Void
    /// Throws why this is no private key in PEM, in words that hold nothing of it.
    package let checkPrivateKey: @Sendable (Secret) throws -> Void
    /// Throws why the certificate and the key, each of which is readable, do not belong together.
    package let checkIdentity: @Sendable (ClientIdentity) throws -> Void

    package init(
        platforms: [String: Set<String>], checkURL: @escaping @Sendable (String) throws -> Void,
        checkStandardSecret: @escaping @Sendable (Secret) throws -> Void,
        checkCertificates: @escaping @Sendable (String) throws -> Void,
        checkPrivateKey: @escaping @Sendable (Secret) throws -> Void,
        checkIdentity: @escaping @Sendable (ClientIdentity) throws -> Void
    ) {
        self.platforms = platforms
        self.checkURL = checkURL
        self.checkStandardSecret = checkStandardSecret
        self.checkCertificates = checkCertificates
        self.checkPrivateKey = checkPrivateKey
        self.checkIdentity = checkIdentity
    }
}
