import ArgumentParser
import Logging
import Outbox
import RelayCore

struct KeysStatus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the master keys by their ids, and how many values in the database need each.",
        discussion: """
            Example:  yizhan keys status && echo "the first key is enough"

            Of the keys in YIZHAN_MASTER_KEY the first encrypts, the others decrypt; one that is missing is needed and not \
            there. The exit code is 3 if something needs another key than the first. An id is the start of the key's \
            SHA-256, and tells nothing of it.
            """)

    @Flag(help: "One JSON object per line, for each key.")
    var json = false

    @OptionGroup var database: Settings.DatabaseFlags
    @OptionGroup var log: Settings.LogFlags

    func run() async throws {
        var settings = try Settings(database, log: log)
        settings.log.level = max(settings.log.level, .warning)
        let uses = try await Database.with(settings, logger: settings.log.logger()) { database in
            try await KeyUse.read(of: try database.masterKeys(), from: database.pool)
        }
        for line in json ? uses.map({ Self.json($0) }) : Self.table(uses) { Terminal.say(line) }
        let outdated = uses.filter { $0.rank != .first }.reduce(0) { $0 + $1.total }
        guard outdated > 0 else { return }
        Terminal.complain("another key than the first is needed by \(outdated) values: run yizhan keys rotate")
        throw ExitCode(3)
    }

    private static func table(_ uses: [KeyUse]) -> [String] {
        let counts = uses.first?.values.map(\.what) ?? []
        return TextTable.lines(
            [["key", ""] + counts] + uses.map { [$0.key, $0.rank.words] + $0.values.map { "\($0.count)" } })
    }

    private static func json(_ use: KeyUse) -> String {
        let values = use.values.map { JSON.Member(name: $0.what, value: JSON($0.count)) }
        let json: JSON = ["key": .string(use.key), "rank": .string(use.rank.rawValue), "values": .object(values)]
        return String(decoding: json.serialized(), as: UTF8.self)
    }
}

extension KeyUse.Rank {
    fileprivate var words: String {
        switch self {
        case .first: "encrypts"
        case .other: "decrypts"
        case .missing: "missing"
        }
    }
}
