import ArgumentParser
import Courier
import Metrics
import Outbox
import PostgreSQL

/// Gauges of what the relay has at hand: they are set when Prometheus asks for them.
struct RelayGauges: Sendable {
    private let pool: PostgresPool
    private let inbox: GroupInbox
    private let courier: Courier

    private let open = Meter(label: "yizhan_database_connections", dimensions: [("state", "open")])
    private let idle = Meter(label: "yizhan_database_connections", dimensions: [("state", "idle")])
    private let waiting = Meter(label: "yizhan_database_waiting_borrowers")
    private let depth = Meter(label: "yizhan_inbox_depth_events")
    private let connections = Meter(label: "yizhan_open_connections")
    private let heldBytes = Meter(label: "yizhan_held_deliveries_bytes")
    private let inFlight = EndpointGauge("yizhan_in_flight_calls")
    private let broken = EndpointGauge("yizhan_breaker_open")

    init(pool: PostgresPool, inbox: GroupInbox, courier: Courier) {
        self.pool = pool
        self.inbox = inbox
        self.courier = courier
        Meter(label: "yizhan_build_info", dimensions: [("version", Yizhan.configuration.version)]).set(1)
    }

    func update(connections: Int) {
        self.connections.set(connections)
        let counts = pool.counts
        open.set(counts.open)
        idle.set(counts.idle)
        waiting.set(counts.waiting)
        depth.set(inbox.depth)
        heldBytes.set(courier.heldBytes)
        inFlight.set(courier.callsInFlight.mapValues { Double($0) })
        broken.set(courier.breakersOpen.mapValues { $0 ? 1 : 0 })
    }
}
