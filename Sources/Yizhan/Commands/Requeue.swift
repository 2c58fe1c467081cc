import ArgumentParser
import PostgreSQL
import RelayCore

struct Requeue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Deliver an order once more, or many deliveries that ended the same way.",
        discussion: """
            Examples:  yizhan requeue 19201704060281699381 --app teahouse-rrx
                       yizhan requeue --state exhausted --endpoint teahouse-erp --since 2h --dry-run
                       yizhan requeue --state exhausted --since '2026-11-25 10:00' --spread 10m --max-rows 50000

            Of an order, what is settled goes back into the outbox, due now, and its retry schedule starts anew; what waits \
            is made due now; what is in flight is left alone. In bulk the oldest go first. Times are local where they name \
            no zone. A running relay delivers within a second; the merchant sees the same event id again.
            """)

    @Argument(help: .init("The platform's number of the order.", valueName: "order-no"))
    var orderNo: String?

    @Option(help: "The app, where several have an order of that number.")
    var app: String?

    @Option(help: "Only deliveries to this endpoint.")
    var endpoint: String?

    @Option(
        help: "In the place of an order: delivered, refused, exhausted, expired or cancelled.",
        completion: .list(["delivered", "refused", "exhausted", "expired", "cancelled"]))
    var state: String?

    @Option(
        help: .init("Settled at this time or later, or so long ago, such as 2h.", valueName: "time"),
        transform: { try PastTime(text: $0) })
    var since: PastTime?

    @Option(
        help: .init("Settled at this time or before, or longer ago.", valueName: "time"),
        transform: { try PastTime(text: $0) })
    var until: PastTime?

    @Option(help: .init("At most so many. (default: \(BulkRequeue.defaultMaxRows))", valueName: "count"))
    var maxRows: Int32?

    @Option(
        help: .init("Let them become due one after the other within this time, such as 10m.", valueName: "duration"),
        transform: { try Duration(text: $0) })
    var spread: Duration?

    @Flag(help: "Only say how many it would be.")
    var dryRun = false

    @OptionGroup var options: OperatorOptions

    func validate() throws {
        guard (orderNo == nil) != (state == nil) else {
            throw ValidationError("either an order's number or --state is needed")
        }
        if state != nil, app != nil { throw ValidationError("--app goes with an order's number, not with --state") }
        let isBulk = since != nil || until != nil || maxRows != nil || spread != nil || dryRun
        if orderNo != nil, isBulk {
            throw ValidationError("--since, --until, --max-rows, --spread and --dry-run go with --state")
        }
        if let maxRows, maxRows < 1 { throw ValidationError("--max-rows is at least 1") }
    }

    func run() async throws {
        try await options.withDatabase { pool in
            if let orderNo {
                let deliveries = try await RequeuedDelivery.requeue(
                    orderNo: orderNo, app: app, endpoint: endpoint, in: pool)
                options.say(deliveries.map(\.json), RequeuedDelivery.lines(deliveries))
                let endpoints = Set(deliveries.map(\.endpoint))
                try await tellOfPauses(in: pool) { endpoints.contains($0) }
            } else if let state {
                try await requeue(state, in: pool)
            }
        }
    }

    private func requeue(_ state: String, in pool: PostgresPool) async throws {
        let bulk = BulkRequeue(
            state: state, endpoint: endpoint, since: since, until: until,
            maxRows: maxRows ?? BulkRequeue.defaultMaxRows, spread: spread ?? .zero, isDryRun: dryRun)
        let count = try await Terminal.showing("requeueing \(state.printable) deliveries…") {
            try await bulk.run(in: pool)
        }
        options.say([bulk.json(count: count)], bulk.lines(count: count))
        if count > 0, !dryRun { try await tellOfPauses(in: pool) { endpoint == nil || $0 == endpoint } }
    }

    /// What goes to a paused endpoint is not delivered yet, which whoever requeues may not think of.
    private func tellOfPauses(in pool: PostgresPool, _ isConcerned: (_ endpoint: String) -> Bool) async throws {
        for endpoint in try await EndpointStatus.read(from: pool) where endpoint.isPaused && isConcerned(endpoint.name)
        {
            let name = endpoint.name.printable
            Terminal.complain("endpoint \(name) is paused: what goes there waits for yizhan resume \(name)")
        }
    }
}
