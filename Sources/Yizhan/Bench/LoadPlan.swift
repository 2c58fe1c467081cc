import RelayCore

/// What a load generator sends: distinct orders, to several apps by turns.
struct LoadPlan: Sendable {
    var port: Int
    /// The n-th order goes to the app n modulo their number. Of each: its name and its key.
    let apps: [String]
    /// Six characters, which no other load of the run has.
    let prefix: String
    let connections: Int
    /// Calls a second, whether or not those before are answered. Nil: each connection sends its next call once the last
    /// one is answered.
    var rate: Int?
    let seconds: Int
    /// Whether the report says of each order when it was due and answered.
    var tellsTimes = false

    /// Sixteen characters.
    func orderNo(of order: Int) -> String {
        let digits = String(order)
        return prefix + String(repeating: "0", count: 10 - digits.count) + digits
    }

    func calling(_ port: Int) -> LoadPlan {
        var plan = self
        plan.port = port
        return plan
    }

    static func prefix(_ number: Int) -> String {
        let digits = String(number % 1_000)
        return "\(SinkBooks.mark)" + String(repeating: "0", count: 3 - digits.count) + digits
    }
}

extension LoadPlan {
    var json: JSON {
        [
            "port": JSON(port), "apps": .array(apps.map { .string($0) }), "prefix": .string(prefix),
            "connections": JSON(connections), "rate": rate.map { JSON($0) } ?? .null, "seconds": JSON(seconds),
            "tells_times": .bool(tellsTimes),
        ]
    }

    init(_ json: JSON) throws(BenchFailure) {
        guard let port = json["port"]?.intValue, let apps = json["apps"]?.arrayValue,
            let prefix = json["prefix"]?.stringValue, let connections = json["connections"]?.intValue,
            let seconds = json["seconds"]?.intValue
        else { throw .unreadable("the load's plan", what: "what is to be sent") }
        self.init(
            port: port, apps: apps.compactMap(\.stringValue), prefix: prefix, connections: connections,
            rate: json["rate"]?.intValue, seconds: seconds, tellsTimes: json["tells_times"] == true)
    }
}
