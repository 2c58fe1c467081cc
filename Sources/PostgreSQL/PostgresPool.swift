package import Logging
import Metrics
import Synchronization

/// A bounded set of connections, opened when needed and lent one borrower at a time.
///
/// A connection that broke is dropped, and the next borrower opens another: there is no retry in here. One that was
/// left in a transaction is rolled back before anybody else gets it.
package final class PostgresPool: Sendable {
    package struct Counts: Sendable, Equatable {
        /// Being opened, lent or idle; at most the pool's size.
        package var open: Int
        package var idle: Int
        /// Borrowers in the queue.
        package var waiting: Int

        package init(open: Int, idle: Int, waiting: Int) {
            self.open = open
            self.idle = idle
            self.waiting = waiting
        }
    }

    /// What a borrower gets: a connection, or the right to open one.
    private enum Grant { case connection(PostgresConnection), opening }

    private struct Waiter {
        let number: UInt64
        let continuation: CheckedContinuation<Result<Grant, PostgresError>, Never>
    }

    private struct State {
        var open = 0
        /// Connections that broke and have not been replaced yet.
        var lost = 0
        /// The most recently used last, and lent first.
        var idle: [PostgresConnection] = []
        /// The longest waiting first. Not empty only while every connection is lent or being opened.
        var waiters: [Waiter] = []
        var lastWaiter: UInt64 = 0
        var isClosed = false
    }

    private let configuration: PostgresConfiguration
    private let size: Int
    private let acquireTimeout: Duration
    private let logger: Logger
    private let state = Mutex(State())

    private let reconnects = Counter(label: "yizhan_database_reconnects_total")

    /// - Parameter acquireTimeout: how long a borrower waits in the queue; connecting has its own limit.
    package init(
        configuration: PostgresConfiguration, size: Int, acquireTimeout: Duration = .seconds(10), logger: Logger
    ) {
        precondition(size > 0, "a pool holds at least one connection")
        self.configuration = configuration
        self.size = size
        self.acquireTimeout = acquireTimeout
        self.logger = logger
    }

    package var counts: Counts {
        state.withLock { Counts(open: $0.open, idle: $0.idle.count, waiting: $0.waiters.count) }
    }

    /// `body` runs on the connection, so its statements need no further hop; the connection must not leave it.
    package func withConnection<R: Sendable>(
        _ body: @Sendable (isolated PostgresConnection) async throws -> R
    ) async throws -> R {
        try await lend(to: body).get()
    }

    /// See `PostgresConnection.transaction`. Having got no connection is a `.begin` error.
    package func withTransaction<R: Sendable>(
        _ mode: TransactionMode = .readCommitted, timeout: Duration = .seconds(30),
        _ body: @Sendable (isolated PostgresConnection) async throws -> R
    ) async throws(PostgresTransactionError) -> R {
        let result: Result<R, PostgresTransactionError>
        do throws(PostgresError) {
            result = try await lend { (connection) async throws(PostgresTransactionError) in
                try await connection.transaction(mode, timeout: timeout, body)
            }
        } catch {
            throw .begin(error)
        }
        return try result.get()
    }

    /// One statement on its own. See `PostgresConnection.query`.
    @discardableResult
    package func query(
        _ statement: PostgresStatement, _ parameters: [PostgresParameter] = [], timeout: Duration? = nil
    ) async throws(PostgresError) -> PostgresRows {
        try await lend { (connection) async throws(PostgresError) in
            try await connection.query(statement, parameters, timeout: timeout)
        }.get()
    }

    /// Closes idle connections now, lent ones when they come back, and turns everybody else away with `.closed`.
    package func close() {
        let waiters = state.withLock { state in
            state.isClosed = true
            state.open -= state.idle.count
            state.idle = []
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume(returning: .failure(.closed)) }
    }

    private func lend<R: Sendable, Failure: Error>(
        to borrower: @Sendable (isolated PostgresConnection) async throws(Failure) -> R
    ) async throws(PostgresError) -> Result<R, Failure> {
        var connection = try await acquire()
        while true {
            switch await connection.lend(to: borrower) {
            case .stale:
                logger.debug("PostgreSQL had ended an idle connection")
                state.withLock { $0.lost += 1 }
                connection = try await open()
            case .returned(let result, let isReusable):
                if !isReusable { state.withLock { $0.lost += 1 } }
                release(isReusable ? connection : nil)
                return result
            }
        }
    }

    private func acquire() async throws(PostgresError) -> PostgresConnection {
        let grant: Grant
        if let immediate = state.withLock({ grantNow(&$0) }) {
            grant = try immediate.get()
        } else {
            grant = try await waitForGrant()
        }
        switch grant {
        case .connection(let connection): return connection
        case .opening: return try await open()
        }
    }

    /// For who has the right to; gives it back on failure.
    private func open() async throws(PostgresError) -> PostgresConnection {
        do {
            let connection = try await PostgresConnection.open(configuration, logger: logger)
            if state.withLock({ Self.replacesLost(&$0) }) { reconnects.increment() }
            return connection
        } catch {
            release(nil)
            throw error
        }
    }

    private static func replacesLost(_ state: inout State) -> Bool {
        guard state.lost > 0 else { return false }
        state.lost -= 1
        return true
    }

    /// nil: wait.
    private func grantNow(_ state: inout State) -> Result<Grant, PostgresError>? {
        if state.isClosed { return .failure(.closed) }
        if let connection = state.idle.popLast() { return .success(.connection(connection)) }
        guard state.open < size else { return nil }
        state.open += 1
        return .success(.opening)
    }

    /// - Parameter connection: nil if it is not to be used again, or was never opened.
    private func release(_ connection: PostgresConnection?) {
        let handover = state.withLock { state -> (Waiter, Grant)? in
            if state.isClosed {
                state.open -= 1
                return nil
            }
            if !state.waiters.isEmpty {
                return (state.waiters.removeFirst(), connection.map { .connection($0) } ?? .opening)
            }
            if let connection { state.idle.append(connection) } else { state.open -= 1 }
            return nil
        }
        if let (waiter, grant) = handover { waiter.continuation.resume(returning: .success(grant)) }
    }

    // MARK: The queue

    private func waitForGrant() async throws(PostgresError) -> Grant {
        let number = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        let deadline = ContinuousClock.now + acquireTimeout
        async let _: Void = expire(number, at: deadline)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let immediate = state.withLock { state -> Result<Grant, PostgresError>? in
                    let grant = grantNow(&state)
                    if grant == nil { state.waiters.append(Waiter(number: number, continuation: continuation)) }
                    return grant
                }
                if let immediate { return continuation.resume(returning: immediate) }
                // Either may have happened before the waiter stood in the queue to be found.
                if Task.isCancelled { dismiss(number, .cancelled) }
                if deadline <= .now { dismiss(number, .poolTimedOut(limit: acquireTimeout)) }
            }
        } onCancel: {
            dismiss(number, .cancelled)
        }
        return try result.get()
    }

    private func expire(_ number: UInt64, at deadline: ContinuousClock.Instant) async {
        do {
            try await Task.sleep(until: deadline, clock: .continuous)
        } catch {
            return  // the wait is over
        }
        dismiss(number, .poolTimedOut(limit: acquireTimeout))
    }

    /// Does nothing to a waiter that was served meanwhile.
    private func dismiss(_ number: UInt64, _ error: PostgresError) {
        let waiter = state.withLock { state in
            state.waiters.firstIndex { $0.number == number }.map { state.waiters.remove(at: $0) }
        }
        waiter?.continuation.resume(returning: .failure(error))
    }
}
