import ArgumentParser
import Logging
import PostgreSQL
import RelayCore

/// What the commands take that show or steer what is in the database, by its views and functions.
struct OperatorOptions: ParsableArguments {
    @Flag(help: "One JSON object per line.")
    var json = false

    @OptionGroup var database: Settings.DatabaseFlags
    @OptionGroup var log: Settings.LogFlags

    /// Runs `body` with the database; what that refuses is told with its advice, and ends the command with 1.
    func withDatabase(_ body: (PostgresPool) async throws -> Void) async throws {
        var settings = try Settings(database, log: log)
        // Of the embedded PostgreSQL's coming and going, only what is wrong is of interest here.
        settings.log.level = max(settings.log.level, .warning)
        try await Database.with(settings, logger: settings.log.logger()) { database in
            do {
                try await body(database.pool)
            } catch PostgresError.server(let error) {
                explain(error)
                throw ExitCode.failure
            }
        }
    }

    /// In one form or the other.
    func say(_ objects: [JSON], _ lines: [String]) {
        for line in json ? objects.map({ String(decoding: $0.serialized(), as: UTF8.self) }) : lines {
            Terminal.say(line)
        }
    }

    /// The functions themselves say in their messages what to do about what they do not find.
    private func explain(_ error: PostgresServerError) {
        Terminal.complain(error.message.printable)
        if let hint = error.hint { Terminal.complain(hint.printable) }
        switch error.sqlState {
        // There is no such schema, or no such function, view or column in it.
        case "3F000", "42883", "42P01", "42703": Terminal.complain("Run yizhan migrate first.")
        case "42501": Terminal.complain("Let this database user be granted the role yizhan_ops.")
        default: break
        }
    }
}
