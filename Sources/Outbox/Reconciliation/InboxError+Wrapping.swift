import Logging
import PostgreSQL
import RelayCore

extension InboxError {
    /// What the database says is for the log; callers hear whether it may have happened all the same.
    static func wrapping<Result>(
        _ message: Logger.Message, _ logger: Logger, _ body: () async throws(PostgresError) -> Result
    ) async throws(InboxError) -> Result {
        do {
            return try await body()
        } catch {
            // That the database is away is said already by those who store events.
            logger.log(level: error.isDatabaseAway ? .debug : .error, message, metadata: ["error": "\(error)"])
            throw error.isOutcomeUnknown ? .unknown : .unavailable
        }
    }
}
