package import Logging

/// Listens on channels over a connection of its own, which costs nothing while nothing comes, and is opened anew
/// whenever it is lost.
package struct PostgresListener: Sendable {
    package enum Event: Sendable, Equatable {
        /// Listening, for the first time or again: whatever was notified before may have been missed.
        case connected
        case notification(channel: String, payload: String)
    }

    private let configuration: PostgresConfiguration
    private let channels: [String]
    private let logger: Logger

    /// - Parameter channels: as they are, case included.
    package init(configuration: PostgresConfiguration, channels: [String], logger: Logger) {
        self.configuration = configuration
        self.channels = channels
        self.logger = logger
    }

    /// Ends when the task that iterates is cancelled, and only then. Each iteration has its own connection.
    package var events: Events { Events(listener: self) }

    package struct Events: AsyncSequence, Sendable {
        fileprivate let listener: PostgresListener

        package func makeAsyncIterator() -> Iterator { Iterator(listener: listener) }
    }

    package struct Iterator: AsyncIteratorProtocol {
        private let listener: PostgresListener
        private var connection: PostgresConnection?
        private var arrived: ArraySlice<Event> = []
        private var backoff = ReconnectBackoff()
        private var hasConnectedBefore = false
        private var isLossLogged = false

        fileprivate init(listener: PostgresListener) { self.listener = listener }

        package mutating func next() async -> Event? {
            while !Task.isCancelled {
                if let event = arrived.popFirst() { return event }
                do throws(PostgresError) {
                    if let connection {
                        try await receive(from: connection)
                    } else {
                        try await connect()
                    }
                } catch {
                    connection = nil
                    if Task.isCancelled { break }
                    log(error)
                    var generator = SystemRandomNumberGenerator()
                    let pause = backoff.next(using: &generator)
                    do { try await Task.sleep(for: pause) } catch { break }
                }
            }
            connection = nil
            return nil
        }

        private mutating func connect() async throws(PostgresError) {
            let opened = try await PostgresConnection.open(listener.configuration, logger: listener.logger)
            let script = listener.channels.map { "LISTEN \(Self.quoted($0));" }.joined(separator: " ")
            try await opened.run(script: script, timeout: listener.configuration.connectTimeout)
            // Those that came along with the answer to LISTEN will not make the socket readable again.
            arrived = [.connected] + (try await opened.takeNotifications())[...]
            connection = opened
            backoff.reset()
            if hasConnectedBefore || isLossLogged {
                listener.logger.info("listening for PostgreSQL notifications again")
            }
            hasConnectedBefore = true
            isLossLogged = false
        }

        private mutating func receive(from connection: PostgresConnection) async throws(PostgresError) {
            guard let socket = await connection.socket else { throw .closed }
            await ReadReadiness.wait(for: socket)
            arrived = try await connection.takeNotifications()[...]
        }

        private mutating func log(_ error: PostgresError) {
            let level: Logger.Level = isLossLogged ? .debug : .warning
            listener.logger.log(
                level: level, "not listening for PostgreSQL notifications", metadata: ["error": "\(error)"])
            isLossLogged = true
        }

        private static func quoted(_ channel: String) -> String {
            "\"" + channel.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
        }
    }
}
