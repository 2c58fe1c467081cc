/// Whom TLS believes at an endpoint, and what it shows there.
package struct EndpointTLS: Hashable, Sendable {
    /// Certificates in PEM, trusted in the place of the system's authorities.
    package var authorities: String?
    package var client: ClientIdentity?

    package init(authorities: String? = nil, client: ClientIdentity? = nil) {
        self.authorities = authorities
        self.client = client
    }
}

/// Who the relay is to a server that asks.
package struct ClientIdentity: Hashable, Sendable {
    /// In PEM: its own certificate, then those that lead to an authority.
    package var certificate: String
    /// In PEM, not encrypted.
    package var key: Secret

    package init(certificate: String, key: Secret) {
        self.certificate = certificate
        self.key = key
    }
}
