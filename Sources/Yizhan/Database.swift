import EmbeddedPostgreSQL
import Logging
import Outbox
import PostgreSQL
import RelayCore
import ServiceLifecycle
import SystemPackage

/// The database that a command works on: the one that is named, or the embedded one.
struct Database: Sendable {
    let configuration: PostgresConfiguration
    let pool: PostgresPool
    let keys: MasterKeys?
    /// Where the keys are from; nil where they are a setting, or none.
    let masterKeyFile: String?
    private let embedded: EmbeddedPostgreSQL?

    /// Starts the embedded PostgreSQL where no database is named, and where it does not run already for a relay.
    /// - Parameter joining: whether the embedded PostgreSQL of a running relay will do.
    static func open(_ settings: Settings, joining: Bool, logger: Logger) async throws -> Database {
        if let url = settings.databaseURL {
            return try Database(
                conninfo: url.reveal(), keys: settings.masterKey.map { try MasterKeys(text: $0.reveal()) },
                masterKeyFile: nil, embedded: nil, logger: logger)
        }
        let directory: FilePath
        if let named = settings.dataDirectory {
            directory = FilePath(named)
        } else {
            directory = try await EmbeddedPostgreSQL.defaultDirectory(logger: logger)
        }
        let running = joining ? try EmbeddedPostgreSQL.connectionURL(ofRunningIn: directory) : nil
        let embedded = running == nil ? try await EmbeddedPostgreSQL.start(in: directory, logger: logger) : nil
        let file = settings.masterKey == nil ? directory.appending("master.key").string : nil
        let keys =
            try settings.masterKey.map { try MasterKeys(text: $0.reveal()) }
            ?? file.map { try MasterKeys.loadOrCreate(at: $0) }
        return try Database(
            conninfo: running ?? embedded?.connectionURL ?? "", keys: keys, masterKeyFile: file, embedded: embedded,
            logger: logger)
    }

    /// Opens, does, and closes again whatever happened.
    static func with<R: Sendable>(
        _ settings: Settings, joining: Bool = true, logger: Logger, _ body: (Database) async throws -> R
    ) async throws -> R {
        let database = try await open(settings, joining: joining, logger: logger)
        let result: Result<R, any Error>
        do {
            result = .success(try await body(database))
        } catch {
            result = .failure(error)
        }
        try await database.close()
        return try result.get()
    }

    /// Whether this command started the embedded PostgreSQL.
    var isEmbedded: Bool {
        embedded != nil
    }

    /// Closes the connections, and stops the PostgreSQL that `open` started.
    func close() async throws {
        pool.close()
        try await embedded?.stop()
    }

    /// Secrets are encrypted with it.
    func secretBox() throws -> SecretBox {
        SecretBox(keys: try masterKeys())
    }

    func masterKeys() throws -> MasterKeys {
        guard let keys else { throw CommandFailure.noMasterKey }
        return keys
    }

    /// Repeats a query until the database answers it. Waits as long as it takes: a relay may be started before its
    /// database, or while that takes no writes.
    func waitForAnswer(
        to statement: PostgresStatement, logger: Logger
    ) async throws(PostgresError) -> PostgresRows {
        var pause = Duration.milliseconds(100)
        while true {
            do {
                return try await pool.query(statement, timeout: .seconds(10))
            } catch {
                guard error.isConnectionProblem, !Task.isShuttingDownGracefully, !Task.isCancelled else { throw error }
                logger.warning("waiting for the database", metadata: ["error": "\(error)"])
                await Task.pause(for: pause)
                pause = min(pause * 2, .seconds(5))
            }
        }
    }

    private init(
        conninfo: String, keys: MasterKeys?, masterKeyFile: String?, embedded: EmbeddedPostgreSQL?, logger: Logger
    ) throws {
        self.configuration = try PostgresConfiguration(conninfo, connectTimeout: .milliseconds(1_500))
        self.pool = PostgresPool(
            configuration: configuration, size: 8, acquireTimeout: .seconds(2), logger: logger)
        self.keys = keys
        self.masterKeyFile = masterKeyFile
        self.embedded = embedded
    }
}

extension Database {
    /// For `/readyz`: nil if the database answers.
    func problem() async -> String? {
        do {
            try await pool.query("SELECT 1", timeout: .seconds(1))
            return nil
        } catch {
            return "\(error)"
        }
    }
}
