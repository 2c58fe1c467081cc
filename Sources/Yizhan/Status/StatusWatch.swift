import ArgumentParser
import PostgreSQL
import RelayCore
import ServiceLifecycle

/// Shows the status again and again. A database that goes away is said to be, and asked again.
struct StatusWatch: Service {
    let request: RelayStatus.Request
    let display: StatusDisplay
    let interval: Duration
    let pool: PostgresPool
    /// Throws to end the watch.
    let judge: @Sendable (RelayStatus) throws -> Void

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            var hasLooked = false
            while !Task.isCancelled {
                display.separate(isFirst: !hasLooked)
                do {
                    let status = try await RelayStatus.read(request, from: pool)
                    hasLooked = true
                    display.show(status)
                    try judge(status)
                } catch PostgresError.cancelled {
                    return
                } catch let error as PostgresError where error.isConnectionProblem && hasLooked {
                    display.show(problem: "\(error)")
                }
                await Task.pause(for: interval)
            }
        }
    }
}
