import ArgumentParser
import Logging
import PostgreSQL
import RelayCore

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what waits for each endpoint, what the last hour brought, and whether the books balance.",
        discussion: """
            Examples:  yizhan status --watch
                       yizhan status --rejections --app teahouse-rrx
                       yizhan status --fail-on oldest=10m --fail-on dead=1 >/dev/null

            Dead are deliveries that were exhausted or expired; refused are those that the merchant refused. A condition \
            of --fail-on is oldest=10m, due=1000, dead=1 or refused=50 (both of the last hour) or paused, of any endpoint; \
            or difference, of the reconciliation. If one is met, it is named on standard error and the exit code is 3.

            --watch goes on until Ctrl-C, or until a condition of --fail-on is met. Times are local, in JSON UTC; days of \
            the reconciliation are Beijing's.
            """)

    @Option(
        defaultAsFlag: 2.0, parsing: .next,
        help: .init("Show it again and again, every so many seconds.", valueName: "seconds"))
    var watch: Double?

    @Flag(help: "Also show the latest calls that were refused, and why.")
    var rejections = false

    @Flag(help: "Also show what became of the deliveries of the last 31 days, by day and app.")
    var reconciliation = false

    @Option(help: "The app, for --rejections and --reconciliation.")
    var app: String?

    @Option(
        help: .init("Exit with 3 if this is so; may be repeated.", valueName: "condition"),
        completion: .list(["oldest=10m", "due=1000", "dead=1", "refused=1", "paused", "difference"]),
        transform: { try StatusCondition(text: $0) })
    var failOn: [StatusCondition] = []

    @OptionGroup var options: OperatorOptions

    func validate() throws {
        if let watch, !(0.2...3_600 ~= watch) { throw ValidationError("--watch takes 0.2 to 3600 seconds") }
        if app != nil, !rejections, !reconciliation {
            throw ValidationError("--app is for --rejections and --reconciliation")
        }
    }

    func run() async throws {
        let request = RelayStatus.Request(reconciliation: reconciliation, rejections: rejections, app: app)
        let conditions = failOn
        try await options.withDatabase { pool in
            if let app { try await requireApp(app, in: pool) }
            guard let watch else {
                let status = try await RelayStatus.read(request, from: pool)
                (options.json ? .json : StatusDisplay.text(.ofStandardOutput)).show(status)
                return try Self.judge(status, by: conditions)
            }
            let watching = StatusWatch(
                request: request, display: display, interval: .seconds(watch), pool: pool
            ) { try Self.judge($0, by: conditions) }
            try await runUntilSignalled(
                watching, logger: Logger(label: "status", factory: { _ in SwiftLogNoOpLogHandler() }))
        }
    }

    private var display: StatusDisplay {
        if options.json { return .json }
        return Terminal.isOutputSeen ? .screen(.ofStandardOutput) : .text(.none)
    }

    private static func judge(_ status: RelayStatus, by conditions: [StatusCondition]) throws {
        let findings = conditions.flatMap { $0.findings(in: status) }
        for finding in findings { Terminal.complain(finding.printable) }
        if !findings.isEmpty { throw ExitCode(3) }
    }

    private func requireApp(_ app: String, in pool: PostgresPool) async throws {
        let names = try await RelayStatus.appNames(from: pool)
        guard !names.contains(app) else { return }
        Terminal.complain("no app '\(app.printable)' has sent anything")
        let advice = names.nearest(to: app).map { "Did you mean \($0)? " } ?? ""
        Terminal.complain("\(advice)Apps are: \(names.isEmpty ? "none yet" : names.joined(separator: ", ")).")
        throw ExitCode.failure
    }
}
