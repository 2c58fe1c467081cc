import RelayCore

/// What an endpoint has for TLS: `ca`, `client_certificate` and `client_key`.
extension Value {
    static let tlsKeys = ["ca", "client_certificate", "client_key"]

    /// - Parameter url: nil where the address cannot be read.
    func tls(_ fields: Fields, for url: String?) -> EndpointTLS {
        if let url, !url.lowercased().hasPrefix("https://") {
            for key in Self.tlsKeys {
                fields.ifPresent(key) { $0.report("has no meaning: the address does not start with https://") }
            }
        }
        return EndpointTLS(authorities: fields.ifPresent("ca") { $0.certificates() }, client: identity(fields))
    }

    private func identity(_ fields: Fields) -> ClientIdentity? {
        guard fields.has("client_certificate") || fields.has("client_key") else { return nil }
        let certificate = fields.required("client_certificate") { $0.certificates() }
        let key = fields.required("client_key") { $0.privateKey() }
        guard let certificate, let key else { return nil }
        let identity = ClientIdentity(certificate: certificate, key: key)
        fields.ifPresent("client_key") { value in
            value.unquoted { try reading.rules.checkIdentity(identity) }
        }
        return identity
    }

    private func certificates() -> String? {
        guard let text = scalar()?.value else { return nil }
        return unquoted {
            guard text.utf8.count <= 256 * 1024 else { throw Unsuitable("is longer than 256 KiB") }
            // It would be stored as what it is taken for, which is no secret.
            guard !text.contains("PRIVATE KEY") else {
                throw Unsuitable("has a private key in it; that belongs into client_key alone")
            }
            try reading.rules.checkCertificates(text)
            return text
        }
    }

    private func privateKey() -> Secret? {
        guard let text = scalar()?.value else { return nil }
        return unquoted {
            guard text.utf8.count <= 64 * 1024 else { throw Unsuitable("is longer than 64 KiB") }
            let key = Secret(text)
            try reading.rules.checkPrivateKey(key)
            return key
        }
    }

    /// Reports an error without the value, which may be a key by mistake.
    @discardableResult
    private func unquoted<Result>(_ read: () throws -> Result) -> Result? {
        do {
            return try read()
        } catch {
            report("\(error)")
            return nil
        }
    }
}
