import ArgumentParser
import Foundation
import Logging
import Metrics
import Server
import ServiceLifecycle

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the relay.",
        discussion: """
            Example:  yizhan serve --config relay.yaml

            Without DATABASE_URL it starts a PostgreSQL of its own under the data directory. SIGTERM or Ctrl-C stops it: \
            calls in flight go on for up to 10 s, what is left is given back. A second one ends it at once. It dumps no core: its memory has the secrets in it.
            """)

    @Option(help: .init("A relay.yaml to apply first.", valueName: "file"))
    var config: String?

    @OptionGroup var flags: Settings.Flags

    func run() async throws {
        ProcessMemory.keepTogether()
        let settings = try Settings(flags)
        let logger = settings.log.logger()
        ProcessMemory.keepPrivate(logger: logger)
        let registry = PrometheusRegistry()
        MetricsSystem.bootstrap(registry)
        let relay = Relay(
            settings: settings, configurationFile: config, logger: logger, metrics: { registry.text() })
        try await runUntilSignalled(relay, logger: logger)
    }
}
