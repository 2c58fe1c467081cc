import CLibPQ

/// What a pool does with a connection that it lends.
extension PostgresConnection {
    enum Loan<R: Sendable, Failure: Error>: Sendable {
        /// The server had ended the connection while it lay idle; the borrower was not called.
        case stale
        case returned(Result<R, Failure>, isReusable: Bool)
    }

    /// One hop for the check, the borrower's work and the clean-up.
    func lend<R: Sendable, Failure: Error>(
        to borrower: @Sendable (isolated PostgresConnection) async throws(Failure) -> R
    ) async -> Loan<R, Failure> {
        guard wire.isAlive() else { return .stale }
        let result: Result<R, Failure>
        do throws(Failure) {
            result = .success(try await borrower(self))
        } catch {
            result = .failure(error)
        }
        // Writes go elsewhere now: whoever comes next must look for the place.
        return .returned(result, isReusable: endAbandonedTransaction() && !wire.hasRefusedWrite)
    }

    /// False if the next borrower could not start clean.
    private func endAbandonedTransaction() -> Bool {
        switch wire.transactionStatus {
        case PQTRANS_IDLE: true
        case PQTRANS_INTRANS, PQTRANS_INERROR: rollBack(.seconds(5)) == nil
        default: false
        }
    }
}
