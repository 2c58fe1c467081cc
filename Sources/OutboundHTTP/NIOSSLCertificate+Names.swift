import NIOSSL

extension NIOSSLCertificate {
    /// A DNS name of the certificate is `name`, or is a wildcard for exactly its first label.
    ///
    /// NIOSSL's own check is not enough for a name: it also takes a certificate for the address that is connected to,
    /// so whoever can forge DNS answers would only need a valid certificate for an address of their own.
    func isFor(name: String) -> Bool {
        let parent = name.firstIndex(of: ".").map { name[name.index(after: $0)...] }
        return _subjectAlternativeNames().contains { alternative in
            guard alternative.nameType == .dnsName else { return false }
            let pattern = String(decoding: alternative.contents, as: UTF8.self).lowercased()
            if pattern == name { return true }
            guard pattern.hasPrefix("*."), let parent, parent.contains(".") else { return false }
            return pattern.dropFirst(2) == parent
        }
    }
}
