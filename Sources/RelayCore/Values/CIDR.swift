/// A network: all addresses that share a prefix.
package struct CIDR: Hashable, Sendable {
    package let base: IPAddress
    package let prefixLength: Int

    /// `10.0.0.0/8`, `fd00::/8`; a lone address is a network of one.
    package init(_ text: String) throws(CIDRError) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let address = IPAddress(parts[0]) else { throw .notAnAddress(parts[0]) }
        let width = address.width
        guard parts.count == 2 else {
            self.init(base: address, prefixLength: width)
            return
        }
        let digits = parts[1].utf8
        guard digits.count <= 3, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let length = Int(parts[1]), length <= width
        else { throw .prefixLength(parts[1], largest: width) }
        let masked = CIDR(base: address.masked(to: length), prefixLength: length)
        guard masked.base == address else { throw .bitsBeyondPrefix(text, network: masked) }
        self = masked
    }

    private init(base: IPAddress, prefixLength: Int) {
        self.base = base
        self.prefixLength = prefixLength
    }

    package func contains(_ address: IPAddress) -> Bool {
        address.width == base.width && address.masked(to: prefixLength) == base
    }
}

extension CIDR: CustomStringConvertible {
    package var description: String { "\(base)/\(prefixLength)" }
}

package enum CIDRError: Error, Hashable, CustomStringConvertible {
    case notAnAddress(String)
    case prefixLength(String, largest: Int)
    case bitsBeyondPrefix(String, network: CIDR)

    package var description: String {
        switch self {
        case .notAnAddress(let text):
            "\"\(text)\" is not an IP address; a network is written like 10.0.0.0/8 or fd00::/8"
        case .prefixLength(let text, let largest):
            "\"\(text)\" is not a prefix length; it is a number from 0 to \(largest) here"
        case .bitsBeyondPrefix(let text, let network):
            "\(text) has bits set beyond its prefix; the network is \(network)"
        }
    }
}

extension IPAddress {
    fileprivate var width: Int {
        switch self {
        case .v4: UInt32.bitWidth
        case .v6: UInt128.bitWidth
        }
    }

    fileprivate func masked(to length: Int) -> IPAddress {
        switch self {
        // Swift's << and >> give 0 when they shift by the whole width, so a prefix of 0 needs no case of its own.
        case .v4(let number): .v4(number & (UInt32.max << (UInt32.bitWidth - length)))
        case .v6(let high, let low):
            .v6((UInt128(high) << 64 | UInt128(low)) & (UInt128.max << (UInt128.bitWidth - length)))
        }
    }
}
