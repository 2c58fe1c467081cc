import NIOCore
import NIOSSL
import RelayCore

/// NIOSSL's own check of hosts would not do: for a name it also takes a certificate for the address that is connected to,
/// so whoever can forge DNS answers would only need a valid certificate for an address of their own; and for an address
/// it looks at the connection, which leads to the proxy where there is one.
extension NIOSSLCertificate {
    func isFor(_ host: HTTPOrigin.Host) -> Bool {
        switch host {
        case .name(let name): isFor(name: name)
        case .address(let address): isFor(address: address)
        }
    }

    private func isFor(address: IPAddress) -> Bool {
        _subjectAlternativeNames().contains { alternative in
            alternative.nameType == .ipAddress
                && alternative.contents.elementsEqual(address.packed.readableBytesView)
        }
    }

    /// A DNS name of the certificate is `name`, or is a wildcard for exactly its first label.
    private func isFor(name: String) -> Bool {
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
