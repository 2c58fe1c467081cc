import CLibPQ
package import Logging

/// One session with the server. Its statements run one after the other on a thread of its own, each within a single
/// job, so that libpq never blocks Swift's shared pool.
///
/// A cancelled task has the server cancel its running statement, and gets `.cancelled`, or the answer if that came
/// first, or `.unreplicated` if the statement waited for a synchronous standby. The session ends with `close()`, with the last reference, or when a statement times out.
package actor PostgresConnection {
    private let thread: ConnectionThread
    private let interrupt: Interrupt
    let wire: Wire
    private var prepared = PreparedStatements()
    private var parameterBuffer = ParameterBuffer()
    private var lastCall: UInt64 = 0

    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Throws `.cannotConnect` if no server answers within the configuration's `connectTimeout`.
    package static func open(
        _ configuration: PostgresConfiguration, logger: Logger
    ) async throws(PostgresError) -> PostgresConnection {
        let connection = try PostgresConnection(logger: logger)
        try await connection.connect(configuration)
        return connection
    }

    /// Leaves libpq alone: this runs on the caller's thread.
    private init(logger: Logger) throws(PostgresError) {
        let interrupt = try Interrupt()
        let thread = ConnectionThread()
        self.interrupt = interrupt
        self.thread = thread
        wire = Wire(interrupt: interrupt, logger: logger)
        guard thread.start() else { throw .cannotConnect("no thread is left for the connection") }
    }

    deinit { thread.stop() }

    /// Prepares the statement when the connection first meets it. Parameters and columns travel in binary.
    /// - Parameter timeout: counted from when the connection starts on the statement. nil: none.
    @discardableResult
    package func query(
        _ statement: PostgresStatement, _ parameters: [PostgresParameter] = [], timeout: Duration? = nil
    ) async throws(PostgresError) -> PostgresRows {
        try await cancellably(statement.sql, timeout) { (self, call) throws(PostgresError) in
            PostgresRows(result: try self.execute(statement.sql, parameters, call))
        }
    }

    /// Runs any number of statements, without parameters and in one transaction unless they say otherwise.
    package func run(script: String, timeout: Duration? = nil) async throws(PostgresError) {
        try await cancellably(script, timeout) { (self, call) throws(PostgresError) in
            _ = try self.wire.exchange(call) { PQsendQuery($0, script) }
        }
    }

    /// Later calls throw `.closed`.
    package func close() { wire.close() }

    /// A statement that a cancelled task must still get through, such as `ROLLBACK`. Returns the command's tag.
    func control(_ sql: String, timeout: Duration?) throws(PostgresError) -> String {
        try wire.exchange(nextCall(sql, timeout)) { PQsendQuery($0, sql) }.commandTag
    }

    private func connect(_ configuration: PostgresConfiguration) async throws(PostgresError) {
        try await cancellably("connecting", configuration.connectTimeout) { (self, call) throws(PostgresError) in
            try self.wire.connect(configuration, call: call)
        }
    }

    private func nextCall(_ statement: String, _ limit: Duration?) -> ServerCall {
        lastCall += 1
        return ServerCall(number: lastCall, statement: statement, limit: limit)
    }

    private func cancellably<R: Sendable>(
        _ statement: String, _ limit: Duration?,
        _ operation: (isolated PostgresConnection, ServerCall) throws(PostgresError) -> R
    ) async throws(PostgresError) -> R {
        if Task.isCancelled { throw .cancelled }
        let call = nextCall(statement, limit)
        let result: Result<R, PostgresError> = await withTaskCancellationHandler {
            do throws(PostgresError) { return .success(try operation(self, call)) } catch { return .failure(error) }
        } onCancel: { [interrupt] in
            interrupt.cancel(call: call.number)
        }
        return try result.get()
    }

    private func execute(
        _ sql: String, _ parameters: [PostgresParameter], _ call: ServerCall
    ) throws(PostgresError) -> PostgresResult {
        if let name = prepared.name(of: sql, taking: parameters) {
            do {
                return try execute(prepared: name, parameters, call)
            } catch {
                guard case .server(let refusal) = error, refusal.isStalePreparedStatement else { throw error }
                prepared.forget(sql)
                // A transaction has failed with it, and only its owner can begin it anew.
                guard wire.transactionStatus == PQTRANS_IDLE else { throw error }
            }
        }
        return try execute(prepared: prepare(sql, parameters, call), parameters, call)
    }

    private func prepare(
        _ sql: String, _ parameters: [PostgresParameter], _ call: ServerCall
    ) throws(PostgresError) -> String {
        if prepared.isFull, wire.transactionStatus != PQTRANS_INERROR {
            _ = try wire.exchange(call) { PQsendQuery($0, "DEALLOCATE ALL") }
            prepared.forgetAll()
        }
        let name = prepared.nextName()
        let types = parameters.map(\.type.oid)
        _ = try wire.exchange(call) { PQsendPrepare($0, name, sql, Int32(types.count), types) }
        prepared.insert(name, sql: sql, taking: parameters)
        return name
    }

    private func execute(
        prepared name: String, _ parameters: [PostgresParameter], _ call: ServerCall
    ) throws(PostgresError) -> PostgresResult {
        let wire = wire
        let sent = parameterBuffer.withEncoded(parameters) { values, lengths, formats in
            Result { () throws(PostgresError) in
                try wire.exchange(call) {
                    PQsendQueryPrepared($0, name, Int32(parameters.count), values, lengths, formats, 1)
                }
            }
        }
        return try sent.get()
    }
}
