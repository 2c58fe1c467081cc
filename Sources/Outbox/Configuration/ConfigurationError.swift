/// Why the configuration cannot be read or changed. Nothing was changed.
package enum ConfigurationError: Error, Hashable {
    package struct OpenDeliveries: Hashable, Sendable {
        /// `endpoint teahouse-erp`.
        package let owner: String
        package let count: Int64

        package init(owner: String, count: Int64) {
            self.owner = owner
            self.count = count
        }
    }

    /// A row that another version, or a person, has written.
    case unreadable(row: String, reason: String)
    /// Names that lead nowhere once the file is applied, each with its place.
    case brokenReferences([String])
    /// What would be pruned has deliveries that are not settled.
    case openDeliveries([OpenDeliveries])
}

extension ConfigurationError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let row, let reason):
            "the configuration's \(row) cannot be read: \(reason)"
        case .brokenReferences(let places):
            "the configuration would not hold together: " + places.joined(separator: "; ")
        case .openDeliveries(let owners):
            owners.map { "\($0.owner) still has \($0.count) open deliveries" }.joined(separator: "; ")
                + ": wait until they are settled or end them (SELECT yizhan.cancel(order_no)), then prune again"
        }
    }
}
