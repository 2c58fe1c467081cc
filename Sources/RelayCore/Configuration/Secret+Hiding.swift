extension String {
    /// The text without what it quotes of secrets, for what another system wrote.
    package func hiding(_ secrets: [Secret]) -> String {
        // To look for bytes costs a hundredth of replacing characters that are not there.
        guard Array(utf8).quotesAny(of: secrets) else { return self }
        return secrets.reduce(self) { text, secret in
            secret.reveal().isEmpty ? text : text.replacing(secret.reveal(), with: "\(secret)")
        }
    }
}

extension [UInt8] {
    /// The same for a body of UTF-8; as it is where it quotes nothing, which is cheap to see.
    package func hiding(_ secrets: [Secret]) -> [UInt8] {
        guard quotesAny(of: secrets) else { return self }
        return Array(String(decoding: self, as: UTF8.self).hiding(secrets).utf8)
    }

    fileprivate func quotesAny(of secrets: [Secret]) -> Bool {
        secrets.contains { quotes(Array($0.reveal().utf8)) }
    }

    private func quotes(_ secret: [UInt8]) -> Bool {
        guard let first = secret.first, secret.count <= count else { return false }
        return (0...(count - secret.count)).contains { self[$0] == first && self[$0...].starts(with: secret) }
    }
}
