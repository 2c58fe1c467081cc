import ArgumentParser
import Outbox

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the database's schema up to this version.",
        discussion: """
            Example:  DATABASE_URL=postgres://db.example/yizhan yizhan migrate

            With --check nothing is changed, and the exit code is 3 if the schema is behind.
            """)

    @Flag(help: "Only say whether the schema is current.")
    var check = false

    @OptionGroup var database: Settings.DatabaseFlags
    @OptionGroup var log: Settings.LogFlags

    func run() async throws {
        let settings = try Settings(database, log: log)
        let logger = settings.log.logger()
        let code = try await Database.with(settings, logger: logger) { database in
            try await migrate(Migrator(pool: database.pool, logger: logger))
        }
        throw code
    }

    private func migrate(_ migrator: Migrator) async throws -> ExitCode {
        guard check else {
            let applied = try await migrator.migrate()
            for name in applied { print("applied \(name)") }
            print("the schema is current")
            return .success
        }
        switch try await migrator.state() {
        case .current:
            print("the schema is current")
            return .success
        case .behind(let names):
            for name in names { print("missing \(name)") }
            print("the schema is behind: run `yizhan migrate`")
            return ExitCode(3)
        case .ahead(let names):
            throw CommandFailure.schemaIsAhead(names)
        }
    }
}
