import ArgumentParser
import Logging
import Outbox
import RelayCore

struct Apply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Apply a relay.yaml: print what it changes, then change it.",
        discussion: """
            Example:  yizhan apply relay.yaml --dry-run

            What the file does not name stays as it is, unless --prune. A running relay takes the change within a second.
            """)

    @Argument(help: .init("A relay.yaml.", valueName: "file"))
    var file: String

    @Flag(help: "Print what would change, and change nothing.")
    var dryRun = false

    @Flag(help: "Remove what the file does not name.")
    var prune = false

    @OptionGroup var database: Settings.DatabaseFlags
    @OptionGroup var log: Settings.LogFlags

    func run() async throws {
        let settings = try Settings(database, log: log)
        let logger = settings.log.logger()
        try await Database.with(settings, logger: logger) { database in
            if database.isEmbedded { try await Migrator(pool: database.pool, logger: logger).migrate() }
            let store = ConfigurationStore(pool: database.pool, box: try database.secretBox())
            let changes = try await ConfigurationFile(path: file).apply(to: store, prune: prune, dryRun: dryRun)
            for change in changes { print(change) }
            if changes.isEmpty {
                print("nothing to change")
            } else if dryRun {
                print("dry run: nothing was changed")
            }
        }
    }
}
