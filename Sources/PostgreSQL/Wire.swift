import CLibPQ
import Logging

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// A `PGconn` and its socket, used in non-blocking mode with `poll()`, so that every exchange has a deadline.
/// Belongs to one connection's thread; whoever drops the last reference finishes the `PGconn`.
final class Wire {
    /// How long a cancelled statement may take to say so, before the connection is given up.
    private static let cancelGrace: Duration = .seconds(5)

    enum Wakeup { case ready, interrupted, deadline }

    var connection: OpaquePointer?
    /// Thrown by every call once there is no connection.
    private var ending = PostgresError.closed
    /// Whether the server is, or has become, one that takes no writes.
    private(set) var hasRefusedWrite = false
    var primary: (known: KnownPrimary, session: KnownPrimary.Session)?
    let interrupt: Interrupt
    let notices: NoticeLog
    private let polled: UnsafeMutablePointer<pollfd>

    init(interrupt: Interrupt, logger: Logger) {
        self.interrupt = interrupt
        notices = NoticeLog(logger: logger)
        polled = .allocate(capacity: 2)
        polled.initialize(repeating: pollfd(), count: 2)
    }

    deinit {
        finish(.closed)
        polled.deallocate()
    }

    /// nil once the connection is lost or closed.
    var socket: Int32? { connection.map { PQsocket($0) } }

    var transactionStatus: PGTransactionStatusType { connection.map { PQtransactionStatus($0) } ?? PQTRANS_UNKNOWN }

    func close() { finish(.closed) }

    // MARK: Statements

    /// Sends with one of libpq's `PQsend…` functions and waits for the complete answer. Of several results the first
    /// failure counts, else the last result.
    func exchange(
        _ call: ServerCall, _ send: (OpaquePointer) -> Int32
    ) throws(PostgresError) -> PostgresResult {
        guard let connection else { throw ending }
        // A call may take two exchanges, and the first have swallowed the wake-up.
        if interrupt.isCancelled(call: call.number) { throw .cancelled }
        notices.forgetStandby()
        guard send(connection) == 1 else {
            guard PQstatus(connection) != CONNECTION_BAD else { throw lose(connection, inFlight: call, nil) }
            throw .unsupported(message(of: connection))
        }
        var cancellation: Cancellation?
        var outcome: PostgresResult?
        while let result = try nextResult(of: call, on: connection, &cancellation) {
            switch result.status {
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
                finish(.connectionLost(inFlight: nil, cause: "given up over a COPY"))
                throw .unsupported("COPY")
            default:
                if outcome?.isFailure != true { outcome = result }
            }
        }
        guard let outcome, PQstatus(connection) != CONNECTION_BAD else {
            throw lose(connection, inFlight: call, outcome)
        }
        if let cancellation { outlast(cancellation) }
        if notices.hasGivenUpStandby { throw .unreplicated(inFlight: call.statement) }
        guard outcome.isFailure else { return outcome }
        guard let error = PostgresServerError(outcome) else { throw .unsupported(outcome.errorMessage) }
        if error.sqlState == PostgresServerError.readOnly { hasRefusedWrite = true }
        throw cancellation != nil && error.sqlState == PostgresServerError.queryCancelled ? .cancelled : .server(error)
    }

    private struct Cancellation {
        let request: CancelRequest
        let deadline: ContinuousClock.Instant
    }

    /// nil after the last one.
    private func nextResult(
        of call: ServerCall, on connection: OpaquePointer, _ cancellation: inout Cancellation?
    ) throws(PostgresError) -> PostgresResult? {
        try awaitResult(of: call, on: connection, &cancellation)
        return PQgetResult(connection).map { PostgresResult(owning: $0) }
    }

    /// Returns when `PQgetResult` will not block.
    private func awaitResult(
        of call: ServerCall, on connection: OpaquePointer, _ cancellation: inout Cancellation?
    ) throws(PostgresError) {
        var isSending = true
        while true {
            if isSending { isSending = PQflush(connection) == 1 }
            // While a long statement is being sent, the server may already be answering, and must be read to go on.
            if !isSending, PQisBusy(connection) == 0 { return }
            let events = isSending ? POLLIN | POLLOUT : POLLIN
            switch wait(for: events, until: cancellation?.deadline ?? call.deadline) {
            case .ready:
                // On a failure PQgetResult has what the server said last.
                if PQconsumeInput(connection) == 0 { return }
            case .interrupted:
                guard cancellation == nil, interrupt.isCancelled(call: call.number) else { continue }
                let grace = ContinuousClock.now + Self.cancelGrace
                cancellation = Cancellation(
                    request: .send(for: connection, thenWake: interrupt),
                    deadline: call.deadline.map { min($0, grace) } ?? grace)
            case .deadline:
                if cancellation == nil { _ = CancelRequest.send(for: connection, thenWake: interrupt) }
                if let primary { primary.known.doubt(primary.session) }
                finish(.connectionLost(inFlight: nil, cause: "given up after a statement timed out"))
                throw .timedOut(
                    inFlight: call.statement,
                    limit: cancellation == nil ? call.limit ?? .zero : Self.cancelGrace)
            }
        }
    }

    /// The answer came first. The request must not hit the next statement, so it is waited for, or else the
    /// connection is given up.
    private func outlast(_ cancellation: Cancellation) {
        while !cancellation.request.isFinished {
            if wait(for: nil, until: cancellation.deadline) == .deadline {
                return finish(.connectionLost(inFlight: nil, cause: "given up over an unanswered cancel request"))
            }
        }
    }

    // MARK: Between statements

    /// Takes in what the server has sent unasked.
    func receive() throws(PostgresError) {
        guard let connection else { throw ending }
        guard PQconsumeInput(connection) == 1 else {
            let cause = causeOfLoss(of: connection)
            finish(.connectionLost(inFlight: nil, cause: cause))
            throw ending
        }
    }

    func takeNotification() -> (channel: String, payload: String)? {
        guard let connection, let notification = PQnotifies(connection) else { return nil }
        defer { PQfreemem(notification) }
        return (Self.string(notification.pointee.relname), Self.string(notification.pointee.extra))
    }

    /// False if the server has ended the connection meanwhile, or may not be the primary any more. Costs one `poll()`
    /// while neither is so.
    func isAlive() -> Bool {
        guard connection != nil else { return false }
        if let primary, primary.known.isDoubtful(primary.session) {
            finish(.connectionLost(inFlight: nil, cause: "given up, as the server did not answer another session"))
            return false
        }
        // One read takes what the server said last, the next one finds the end.
        while true {
            switch wait(for: POLLIN, until: .now) {
            case .ready: do { try receive() } catch { return false }
            case .interrupted: continue
            case .deadline: return true
            }
        }
    }

    // MARK: Parts

    /// - Parameter events: nil to wait for an interrupt alone.
    func wait(for events: Int32?, until deadline: ContinuousClock.Instant?) -> Wakeup {
        guard let connection else { return .deadline }
        polled[0] = pollfd(fd: events == nil ? -1 : PQsocket(connection), events: Int16(events ?? 0), revents: 0)
        polled[1] = pollfd(fd: interrupt.descriptor, events: Int16(POLLIN), revents: 0)
        while true {
            var milliseconds: Int32 = -1
            if let deadline {
                // Rounded up, so as not to wake before the deadline; a far one is reached in steps.
                let left = min(max(ContinuousClock.now.duration(to: deadline), .zero), .seconds(1_000_000))
                milliseconds = Int32((left / .milliseconds(1)).rounded(.up))
            }
            let count = poll(polled, 2, milliseconds)
            if count < 0, errno == EINTR { continue }
            if polled[1].revents != 0 {
                interrupt.drain()
                return .interrupted
            }
            if polled[0].revents != 0 || count < 0 { return .ready }
            if let deadline, deadline <= .now { return .deadline }
        }
    }

    private func lose(
        _ connection: OpaquePointer, inFlight call: ServerCall, _ answer: PostgresResult?
    ) -> PostgresError {
        let serverError = answer.flatMap { PostgresServerError($0) }
        let cause = serverError?.description ?? causeOfLoss(of: connection)
        let sqlState = serverError?.sqlState
        finish(.connectionLost(inFlight: nil, cause: cause, sqlState: sqlState))
        return .connectionLost(inFlight: call.statement, cause: cause, sqlState: sqlState)
    }

    private func causeOfLoss(of connection: OpaquePointer) -> String {
        guard let primary, let place = primary.known.move(from: primary.session) else { return message(of: connection) }
        return "given up, as the primary is at \(place.name) now"
    }

    func finish(_ ending: PostgresError) {
        guard connection != nil else { return }
        self.ending = ending
        if let primary { primary.known.leave(primary.session) }
        primary = nil
        PQfinish(connection)
        connection = nil
    }

    func message(of connection: OpaquePointer) -> String {
        Self.string(PQerrorMessage(connection)).split(separator: "\n").joined(separator: " ")
    }

    static func string(_ pointer: UnsafePointer<CChar>?) -> String {
        pointer.map { String(cString: $0) } ?? ""
    }
}
