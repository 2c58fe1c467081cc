/// What a run of the bench is asked for.
struct BenchSettings: Sendable {
    var rounds = 5
    /// Of one measurement.
    var seconds = 3
    /// Of the load, kept alive.
    var connections = 256
    /// Of calls that come whether or not those before are answered, in a second. Nil: what the phase has for it.
    var rate: Int?
    /// Due deliveries of the dead merchant in `lanes`, and of the idle relay in `idle`.
    var dueRows = 1_000_000
    /// Due deliveries in `backlog`, one measurement each.
    var backlogRows = [10_000, 1_000_000]
    /// Deliveries of a backlog that `deliver` drains.
    var drainedRows = 20_000
    /// A program that calls the merchants of `deliver` with another HTTP client.
    var client: String?
    /// Nil: a PostgreSQL of the bench's own.
    var databaseURL: String?
}

enum BenchPhase: String, CaseIterable, Sendable {
    case ingest
    case deliver
    case relay
    case latency
    case backlog
    case lanes
    case idle
}
