package import Logging
import Metrics
package import PostgreSQL
package import RelayCore
import ServiceLifecycle

/// Writes refused calls down: of each app the latest, at most 50 a second, and not one while the database is away.
///
/// Whoever hammers at the door gains nothing here: beyond a few hundred that wait, calls are only counted.
package final class RejectionLog: Rejections, Service {
    private static let maximumCount = 256
    private static let groupSize = 50
    private static let timeout = Duration.seconds(2)

    private let pool: PostgresPool
    private let interval: Duration
    private let logger: Logger
    private let calls = Mailbox<RefusedCall>(maximumCount: maximumCount)

    private let unrecorded = Counter(label: "yizhan_rejections_unrecorded_total")

    /// - Parameter interval: between two writes.
    package init(pool: PostgresPool, interval: Duration = .seconds(1), logger: Logger) {
        self.pool = pool
        self.interval = interval
        self.logger = logger
    }

    package func record(_ call: () -> RefusedCall) {
        guard calls.count < Self.maximumCount, calls.put(call()) else { return unrecorded.increment() }
    }

    /// Told to stop, it writes one last group.
    package func run() async {
        await withTaskCancellationOrGracefulShutdownHandler {
            var isFailing = false
            while true {
                let group = await calls.take(atMost: Self.groupSize)
                if group.isEmpty { break }
                do {
                    try await write(group)
                    isFailing = false
                } catch {
                    unrecorded.increment(by: group.count)
                    logger.log(
                        level: isFailing ? .debug : .warning, "refused calls could not be recorded",
                        metadata: ["calls": "\(group.count)", "error": "\(error)"])
                    isFailing = true
                }
                if Task.isCancelled || Task.isShuttingDownGracefully { break }
                await Task.pause(for: interval)
            }
            unrecorded.increment(by: calls.takeAll().count)
        } onCancelOrGracefulShutdown: {
            self.calls.close()
        }
    }

    private func write(_ group: [RefusedCall]) async throws(PostgresError) {
        let now = ContinuousClock.now
        try await pool.query(
            "SELECT yizhan.record_refused_calls($1, $2, $3, $4, $5, $6)",
            [
                .int32s(group.map { $0.app?.number ?? 0 }), .intervals(group.map { now - $0.at }),
                .texts(group.map(\.reason)), .texts(group.map(\.detail)), .texts(group.map(\.remoteAddress)),
                .jsons(group.map { String(decoding: $0.parameterList, as: UTF8.self) }),
            ],
            timeout: Self.timeout)
    }
}

extension RefusedCall {
    /// As JSON.
    fileprivate var parameterList: [UInt8] {
        JSON.array(parameters.map { .string($0) }).serialized()
    }
}
