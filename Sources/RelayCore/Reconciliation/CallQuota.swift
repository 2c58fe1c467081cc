/// How many calls a day Meituan Alliance's API takes of an app, by the orders of the month, as published.
package enum CallQuota {
    /// So many orders a month, and the number does not matter any more.
    package static let unlimitedFrom = 10_000

    /// Nil: as many as one likes.
    package static func callsPerDay(monthlyOrders: Int) -> Int? {
        switch monthlyOrders {
        case ..<1_000: 2_000
        case ..<2_000: 3_000
        case ..<5_000: 6_000
        case ..<unlimitedFrom: 15_000
        default: nil
        }
    }
}
