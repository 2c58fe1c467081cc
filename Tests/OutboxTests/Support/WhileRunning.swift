import Logging
import RelayCore
import ServiceLifecycle

/// Runs a service, and shuts it down gracefully when `body` has returned.
func whileRunning<Result: Sendable>(
    _ service: any Service, _ body: () async throws -> Result
) async throws -> Result {
    let hasStarted = Signal()
    let group = ServiceGroup(
        configuration: .init(services: [StartedService(service: service, hasStarted: hasStarted)], logger: .silent))
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        // A group that is told to stop before it runs does not run at all.
        await hasStarted.sleep(atMost: .seconds(10))
        let result = try await body()
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
        return result
    }
}

private struct StartedService: Service {
    let service: any Service
    let hasStarted: Signal

    func run() async throws {
        hasStarted.raise()
        try await service.run()
    }
}
