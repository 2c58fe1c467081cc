package import RelayCore

extension AddressPolicy {
    /// - Parameters:
    ///   - networks: in CIDR notation.
    ///   - flaw: is told of an entry that is no network; it allows nothing.
    package init(networks: [String], flaw: (_ network: String, CIDRError) -> Void) {
        var allowed: [CIDR] = []
        for network in networks {
            do {
                allowed.append(try CIDR(network))
            } catch {
                flaw(network, error)
            }
        }
        self.init(allowedNetworks: allowed)
    }
}
