/// Which events of an app go to which endpoint.
package struct Route: Hashable, Sendable {
    package var event: ShellPattern
    /// Over the event's goods code; nil matches every event.
    package var goods: ShellPattern?
    /// Its answer is what the platform gets.
    package var endpoint: EndpointID
    /// The same event for others, whose answers nobody waits for.
    package var copies: [EndpointID]

    package init(event: ShellPattern, goods: ShellPattern?, endpoint: EndpointID, copies: [EndpointID]) {
        self.event = event
        self.goods = goods
        self.endpoint = endpoint
        self.copies = copies
    }

    package func matches(_ arrival: Arrival) -> Bool {
        guard event.matches(arrival.type) else { return false }
        guard let goods else { return true }
        return goods.matches(arrival.goodsCode)
    }
}

/// A route as `relay.yaml` tells it: endpoints by their names.
package struct RouteSettings: Hashable, Sendable {
    package var event: ShellPattern
    package var goods: ShellPattern?
    package var endpoint: String
    package var copies: [String]

    package init(event: ShellPattern, goods: ShellPattern? = nil, endpoint: String, copies: [String] = []) {
        self.event = event
        self.goods = goods
        self.endpoint = endpoint
        self.copies = copies
    }
}

extension RouteSettings: CustomStringConvertible {
    /// `goods.issue with goods zp_* → teahouse-erp, copies to audit-log`.
    package var description: String {
        var text = "\(event)"
        if let goods { text += " with goods \(goods)" }
        text += " → \(endpoint)"
        if !copies.isEmpty { text += ", copies to " + copies.joined(separator: ", ") }
        return text
    }
}
