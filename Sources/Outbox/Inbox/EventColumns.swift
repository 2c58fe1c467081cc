import PostgreSQL
import RelayCore

/// A group of events turned into one array for each parameter of `yizhan.store`.
struct EventColumns {
    private var ids: [UInt128] = []
    private var apps: [Int32] = []
    private var orderNos: [String] = []
    private var dedupeKeys: [String] = []
    private var types: [String] = []
    private var bodies: [[UInt8]] = []
    private var fingerprints: [[UInt8]] = []
    private var replyEndpoints: [Int32] = []
    private var warnings: [String?] = []
    private var orderedEvents: [Bool] = []
    private var knownPrefixes: [String?] = []
    private var traceparents: [String?] = []

    private var deliveryEvents: [UInt128] = []
    private var deliveryEndpoints: [Int32] = []
    private var leases: [Duration?] = []
    private var ordered: [Bool] = []

    mutating func reserve(_ count: Int) {
        ids.reserveCapacity(count)
        apps.reserveCapacity(count)
        orderNos.reserveCapacity(count)
        dedupeKeys.reserveCapacity(count)
        types.reserveCapacity(count)
        bodies.reserveCapacity(count)
        fingerprints.reserveCapacity(count)
        replyEndpoints.reserveCapacity(count)
        warnings.reserveCapacity(count)
        orderedEvents.reserveCapacity(count)
        knownPrefixes.reserveCapacity(count)
        traceparents.reserveCapacity(count)
        deliveryEvents.reserveCapacity(count)
        deliveryEndpoints.reserveCapacity(count)
        leases.reserveCapacity(count)
        ordered.reserveCapacity(count)
    }

    mutating func append(_ submission: Submission) {
        let arrival = submission.arrival
        ids.append(submission.id.bits)
        apps.append(submission.app.number)
        orderNos.append(arrival.orderNo)
        dedupeKeys.append(arrival.dedupeKey)
        types.append(arrival.type)
        bodies.append(arrival.body)
        fingerprints.append(arrival.fingerprint)
        replyEndpoints.append(submission.replyEndpoint.number)
        warnings.append(arrival.warning)
        orderedEvents.append(arrival.isOrdered)
        knownPrefixes.append(arrival.knownPrefix)
        traceparents.append(arrival.trace?.kept)
        for delivery in submission.deliveries {
            deliveryEvents.append(submission.id.bits)
            deliveryEndpoints.append(delivery.endpoint.number)
            leases.append(delivery.slot?.lease)
            ordered.append(delivery.isOrdered)
        }
    }

    var parameters: [PostgresParameter] {
        [
            .uuids(ids), .int32s(apps), .texts(orderNos), .texts(dedupeKeys), .texts(types), .byteas(bodies),
            .byteas(fingerprints), .int32s(replyEndpoints), .texts(warnings), .uuids(deliveryEvents),
            .int32s(deliveryEndpoints), .intervals(leases), .bools(ordered),
            .bools(orderedEvents), .texts(knownPrefixes), .texts(traceparents),
        ]
    }
}

extension Submission {
    /// One order for all relays, so that two that store the same orders wait for each other instead of deadlocking.
    /// Events of one order keep the order in which they came.
    func precedes(_ other: Submission) -> Bool {
        let order = arrival.orderNo.compareBytes(with: other.arrival.orderNo)
        if order != 0 { return order < 0 }
        return app == other.app ? id < other.id : app < other.app
    }
}
