package import Logging
package import RelayCore
import ServiceLifecycle
import Synchronization

/// Holds the newest configuration, for everybody to read without waiting.
///
/// It looks for a newer one when told, and every second besides. While the database is away, what was read last stays.
package final class ConfigurationWatch: Service {
    private struct State {
        var directory = Directory()
        var observers: [@Sendable (Directory) -> Void] = []
        var isFailing = false
        /// Those who wait for the next look.
        var waiting: [CheckedContinuation<Void, Never>] = []
        var hasEnded = false
    }

    private let store: ConfigurationStore
    private let pollInterval: Duration
    private let logger: Logger
    private let state = Mutex(State())
    /// Two signals that come while one is being acted on are one.
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    package init(store: ConfigurationStore, pollInterval: Duration = .seconds(1), logger: Logger) {
        self.store = store
        self.pollInterval = pollInterval
        self.logger = logger
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Empty, with version 0, until `start()` has returned.
    package var current: Directory {
        state.withLock { $0.directory }
    }

    /// The observer is called after each change, one call at a time, and must not wait for anything. What is current at
    /// the moment it does not hear of.
    package func onChange(_ observer: @escaping @Sendable (Directory) -> Void) {
        state.withLock { $0.observers.append(observer) }
    }

    /// Reads the configuration once; to be called before anything serves, and before `run()`.
    package func start() async throws {
        let directory = try await store.loadDirectory()
        state.withLock { $0.directory = directory }
    }

    /// Has the configuration looked at soon. Does not wait.
    package func changed() {
        signal.yield()
    }

    /// Returns once a look that began after the call is over, whatever it found.
    package func refresh() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.waiting.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() } else { changed() }
        }
    }

    /// Returns when the task is cancelled, or on graceful shutdown.
    package func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            await withDiscardingTaskGroup { group in
                group.addTask { await self.tick() }
                for await _ in signals {
                    let waiting = takeWaiting()
                    await look()
                    for continuation in waiting { continuation.resume() }
                }
            }
        }
        state.withLock { $0.hasEnded = true }
        for continuation in takeWaiting() { continuation.resume() }
    }

    private func takeWaiting() -> [CheckedContinuation<Void, Never>] {
        state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    private func tick() async {
        while !Task.isCancelled {
            changed()
            do {
                try await Task.sleep(for: pollInterval)
            } catch {
                return  // shutting down
            }
        }
    }

    private func look() async {
        do {
            guard try await store.version() != current.version else { return recovered() }
            let directory = try await store.loadDirectory()
            recovered()
            let observers = state.withLock { state in
                state.directory = directory
                return state.observers
            }
            logger.info("the configuration has changed", metadata: ["version": "\(directory.version)"])
            for observer in observers { observer(directory) }
        } catch {
            failed(error)
        }
    }

    private func failed(_ error: any Error) {
        guard !Task.isCancelled else { return }
        let isFirst = state.withLock { state in
            defer { state.isFailing = true }
            return !state.isFailing
        }
        logger.log(
            level: isFirst ? .warning : .debug, "the configuration cannot be read, the last one stays in force",
            metadata: ["error": "\(error)"])
    }

    private func recovered() {
        let wasFailing = state.withLock { state in
            defer { state.isFailing = false }
            return state.isFailing
        }
        if wasFailing { logger.notice("the configuration can be read again") }
    }
}
