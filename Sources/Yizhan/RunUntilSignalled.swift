import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// Runs a service until it ends, or until SIGTERM or SIGINT, on which it stops gracefully. The second signal ends the
/// process at once.
func runUntilSignalled(_ service: any Service, logger: Logger) async throws {
    let group = ServiceGroup(
        configuration: .init(
            services: [.init(service: service, successTerminationBehavior: .gracefullyShutdownGroup)],
            logger: Logger(label: "lifecycle", factory: { _ in SwiftLogNoOpLogHandler() })))
    let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
    try await withThrowingTaskGroup { tasks in
        tasks.addTask {
            var isStopping = false
            for await signal in signals {
                if isStopping {
                    logger.critical("ended at once", metadata: ["signal": "\(signal)"])
                    exit(EXIT_FAILURE)
                }
                isStopping = true
                logger.notice("stopping", metadata: ["signal": "\(signal)"])
                await group.triggerGracefulShutdown()
            }
        }
        tasks.addTask { try await group.run() }
        // The first to end without being cancelled is the service's group: signals never end by themselves.
        try await tasks.next()
        tasks.cancelAll()
    }
}
