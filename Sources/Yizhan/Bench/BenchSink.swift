import RelayCore

/// The merchants of a bench, as seen from the bench.
struct BenchSink: Sendable {
    let port: Int

    private var client: LoopbackClient { LoopbackClient(port: port) }

    func url(of merchant: Int) -> String {
        "http://127.0.0.1:\(port)/m/\(merchant)"
    }

    /// Runs `body` with merchants in a process of their own.
    static func with<R: Sendable>(
        _ stage: BenchStage, _ body: @Sendable (BenchSink) async throws -> R
    ) async throws -> R {
        let port = try await FreePort.number(preferring: 0)
        return try await BenchWorker.server(["sink", "--port", "\(port)"], at: port, of: stage) {
            try await body(BenchSink(port: port))
        }
    }

    /// Forgets what came, and waits for the orders of another load.
    func open(_ prefix: String, hung: some Sequence<Int> = EmptyCollection()) async throws {
        try await client.get("/open/\(prefix)/\(hung.map(String.init).joined(separator: ","))")
    }

    /// How many calls came, and how many orders of the load.
    func counts() async throws -> (calls: Int, arrived: Int) {
        let json = try JSON(parsing: try await client.get("/counts"))
        guard let calls = json["calls"]?.intValue, let arrived = json["arrived"]?.intValue else {
            throw BenchFailure.unreadable("the sink", what: "how many calls came")
        }
        return (calls, arrived)
    }

    /// Of each order of the load: when it came first, by the machine's monotonic clock in nanoseconds; 0 if it did not.
    /// The last ones may be missing.
    func arrivals() async throws -> [Int64] {
        let json = try JSON(parsing: try await client.get("/arrivals"))
        return (json.arrayValue ?? []).compactMap { $0.intValue.map(Int64.init) }
    }
}
