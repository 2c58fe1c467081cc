import RelayCore

/// How many connections are open, of each address and together.
struct ConnectionCount {
    enum Verdict: Hashable {
        case admitted
        case full
        case addressFull
    }

    private let limits: ConnectionLimits
    private var counts: [IPAddress?: Int] = [:]
    private(set) var total = 0

    init(limits: ConnectionLimits) {
        self.limits = limits
    }

    /// - Parameters:
    ///   - peer: nil where nobody can tell any more.
    ///   - isTrusted: a proxy's connections are of many callers.
    mutating func admit(_ peer: IPAddress?, isTrusted: Bool) -> Verdict {
        guard total < limits.connections else { return .full }
        let block = peer?.block
        if !isTrusted, let limit = limits.connectionsPerAddress, counts[block, default: 0] >= limit {
            return .addressFull
        }
        total += 1
        counts[block, default: 0] += 1
        return .admitted
    }

    /// Once for each that was admitted.
    mutating func leave(_ peer: IPAddress?) {
        total -= 1
        let block = peer?.block
        let left = counts[block, default: 1] - 1
        counts[block] = left > 0 ? left : nil
    }
}
