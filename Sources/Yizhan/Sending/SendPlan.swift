import RelayCore

/// Which order each call is for, and when it is due.
struct SendPlan: Sendable {
    enum Orders: Sendable {
        case named(String)
        /// Digits that no other run has: the time, and a random part.
        case prefixed(String)

        static func generated(at unixMilliseconds: Int64) -> Orders {
            .prefixed("\(unixMilliseconds)\(UInt16.random(in: 1_000...9_999))")
        }
    }

    let orders: Orders
    /// How many orders.
    let count: Int
    /// How often each of them is sent, one time right after the other.
    let repeats: Int
    /// How many events each of them has, one after the other.
    var steps = 1
    /// Nil: a call is due at once.
    let rate: Rate?

    var total: Int { count * steps * repeats }

    /// So many calls in a row are made one after the other: an order's next event waits for the answer to the one before.
    var callsInOrder: Int { steps > 1 ? steps * repeats : 1 }

    /// From 0.
    func step(ofCall call: Int) -> Int {
        call / repeats % steps
    }

    /// - Parameter call: from 0.
    func orderNo(ofCall call: Int) -> String {
        let order = call / (repeats * steps) + 1
        switch orders {
        case .named(let name): return count == 1 ? name : "\(name)-\(order)"
        case .prefixed(let prefix):
            let digits = String(order)
            return prefix + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        }
    }

    /// Since the start: evenly spaced, so that an answer that takes its time does not hold up the calls after it.
    func due(ofCall call: Int) -> Duration {
        guard let rate else { return .zero }
        return rate.period * call / rate.count
    }
}
