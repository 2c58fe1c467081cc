import CLibPQ

extension PostgresConnection {
    /// Commits if `body` returns, rolls back if it throws. `body` runs on the connection, so its statements need no
    /// further hop; nobody else may use the connection meanwhile.
    ///
    /// A task cancelled after its last statement still commits.
    /// - Parameter timeout: the limit for each of `BEGIN`, `COMMIT` and `ROLLBACK`.
    package func transaction<R: Sendable>(
        _ mode: TransactionMode = .readCommitted, timeout: Duration = .seconds(30),
        _ body: @Sendable (isolated PostgresConnection) async throws -> R
    ) async throws(PostgresTransactionError) -> R {
        try begin(mode, timeout)
        let value: R
        do {
            value = try await body(self)
        } catch {
            throw .body(error, rollback: rollBack(timeout))
        }
        guard wire.transactionStatus != PQTRANS_INERROR else { throw .aborted(rollback: rollBack(timeout)) }
        do throws(PostgresError) {
            // `COMMIT` of a transaction that cannot commit is answered with `ROLLBACK`, and no error.
            if try control("COMMIT", timeout: timeout) == "COMMIT" { return value }
        } catch {
            throw .commit(error)
        }
        throw .aborted(rollback: nil)
    }

    private func begin(_ mode: TransactionMode, _ timeout: Duration) throws(PostgresTransactionError) {
        do throws(PostgresError) {
            if Task.isCancelled { throw .cancelled }
            // The server would only warn, and the inner COMMIT end the outer transaction.
            if [PQTRANS_INTRANS, PQTRANS_INERROR].contains(wire.transactionStatus) {
                throw .unsupported("a transaction within a transaction")
            }
            _ = try control(mode.begin, timeout: timeout)
        } catch {
            throw .begin(error)
        }
    }

    /// Returns why it failed.
    func rollBack(_ timeout: Duration) -> PostgresError? {
        do throws(PostgresError) {
            _ = try control("ROLLBACK", timeout: timeout)
            return nil
        } catch {
            return error
        }
    }
}
