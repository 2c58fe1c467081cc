import ArgumentParser
import EmbeddedPostgreSQL
import Logging
import Outbox
import SystemPackage

struct KeysRotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Encrypt every secret in the database anew, with the first master key.",
        discussion: """
            Example:  YIZHAN_MASTER_KEY=$NEW_KEY,$OLD_KEY yizhan keys rotate

            Relays go on meanwhile; they must know both keys, the new one first. It may be interrupted and run again, and \
            does nothing where nothing is left to do. What cannot be opened is named on standard error, stays as it is, \
            and makes the exit code 1.

            With the embedded PostgreSQL, and no YIZHAN_MASTER_KEY, the relay has to be stopped: the command puts a new key \
            into the data directory's file, encrypts everything with it, and takes the old one out.
            """)

    @OptionGroup var database: Settings.DatabaseFlags
    @OptionGroup var log: Settings.LogFlags

    func run() async throws {
        var settings = try Settings(database, log: log)
        settings.log.level = max(settings.log.level, .warning)
        let logger = settings.log.logger()
        let isKeyInFile = settings.databaseURL == nil && settings.masterKey == nil
        do {
            // A running relay has read the file, and would not know the new key.
            try await Database.with(settings, joining: !isKeyInFile, logger: logger) { database in
                if database.isEmbedded { try await Migrator(pool: database.pool, logger: logger).migrate() }
                guard let file = database.masterKeyFile else {
                    return try await rotate(database, keys: try database.masterKeys())
                }
                try await rotate(database, keys: try MasterKeys.beginReplacement(at: file))
                try MasterKeys.finishReplacement(at: file)
                Terminal.say("the old key is not in \(file) any more; backups from before still need it")
            }
        } catch EmbeddedPostgreSQLError.inUse(let directory, let processID) where isKeyInFile {
            throw CommandFailure.keyFileInUse(directory: directory.string, processID: processID)
        }
    }

    private func rotate(_ database: Database, keys: MasterKeys) async throws {
        let store = ConfigurationStore(pool: database.pool, box: SecretBox(keys: keys))
        let report = try await KeyRotation(store: store).run { done in
            if Terminal.showsProgress { Terminal.showProgress("\(done) encrypted anew") }
        }
        if Terminal.showsProgress { Terminal.showProgress("") }
        Terminal.say(
            report.resealed == 0
                ? "nothing to encrypt anew" : "\(report.resealed) values are encrypted with the first key now")
        guard !report.unopened.isEmpty else { return }
        for error in report.unopened { Terminal.complain("\(error)".printable) }
        Terminal.complain("\(report.unopened.count) values stay as they were")
        throw ExitCode.failure
    }
}
