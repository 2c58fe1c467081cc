import ArgumentParser
import PostgreSQL
import RelayCore
import ServiceLifecycle

/// Shows the status again and again. A database that is away is said to be, and asked again.
struct StatusWatch: Service {
    let request: RelayStatus.Request
    let display: StatusDisplay
    let interval: Duration
    let pool: PostgresPool
    /// Throws to end the watch.
    let judge: @Sendable (RelayStatus) throws -> Void

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            var isFirst = true
            while !Task.isCancelled {
                display.separate(isFirst: isFirst)
                isFirst = false
                do {
                    let status = try await RelayStatus.read(request, from: pool)
                    display.show(status)
                    try judge(status)
                } catch PostgresError.cancelled {
                    return
                } catch let error as PostgresError where error.isConnectionProblem {
                    display.show(problem: "\(error)")
                }
                await Task.pause(for: interval)
            }
        }
    }
}
