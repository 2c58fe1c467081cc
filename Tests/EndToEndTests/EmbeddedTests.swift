import Foundation
import RelayCore
import TestSupport
import Testing

/// `yizhan serve` without DATABASE_URL.
@Suite(.fewAtOnce, .timeLimit(.minutes(15))) struct EmbeddedTests {
    @Test func withoutADatabaseTheRelayBringsItsOwnAndStopsItAgain() async throws {
        try await withHome { home in
            let relay = try await home.startRelay()
            #expect(try await PlatformCaller(port: relay.platformPort).issue("at-home").msg == "已发放")
            let key = try FileManager.default.attributesOfItem(atPath: home.data.appending(path: "master.key").path)
            #expect((key[.posixPermissions] as? NSNumber)?.intValue == 0o600)
            let told = try await home.run("trace", "at-home").requireSuccess().output
            #expect(told.contains("delivered"))

            relay.send(signal: SIGTERM)
            #expect(try await relay.end() == .exit(0))
            #expect(!home.hasServer)
        }
    }

    @Test func operatorsReachTheDatabaseOfARunningRelay() async throws {
        try await withHome { home in
            let relay = try await home.startRelay()
            #expect(try await PlatformCaller(port: relay.platformPort).issue("at-home").msg == "已发放")
            let status = try await home.run("status", "--json").requireSuccess().output
            #expect(try JSON(parsing: status)["last_hour"]?["delivered"] == 1)
            try await home.run("requeue", "at-home").requireSuccess()
            try await home.merchant.waitForCalls(2, of: "at-home")
            try await home.run("pause", "erp").requireSuccess()
            try await home.run("requeue", "at-home").requireSuccess()
            try await home.run("cancel", "at-home").requireSuccess()
            try await home.run("resume", "erp").requireSuccess()
            #expect(try await home.run("requeue", "--state", "cancelled").requireSuccess().output.hasPrefix("1 "))
            try await home.merchant.waitForCalls(3, of: "at-home")
            relay.send(signal: SIGTERM)
            #expect(try await relay.end() == .exit(0))
        }
    }

    @Test func whatAKilledRelayLeftOpenIsDeliveredByTheNextOneWhichAdoptsTheServer() async throws {
        let gate = Gate()
        try await withHome { call in
            try await gate.pass()
            return .issued
        } _: { home in
            let relay = try await home.startRelay()
            let platform = PlatformCaller(port: try relay.platformPort)
            async let isLost = platform.issueUnanswered("left-open")
            try await home.merchant.waitForCalls(of: "left-open")
            try await relay.crash()
            #expect(await isLost)
            #expect(home.hasServer)
            gate.open()

            let next = try await home.startRelay()
            #expect(try next.log.contains("adopted the PostgreSQL server"))
            let reply = PlatformCaller(port: try next.platformPort)
            try await eventually(within: .seconds(30), "the order is delivered") {
                try await reply.issue("left-open").msg == "已发放"
            }
            #expect(home.merchant.calls.count == 2)
            next.send(signal: SIGTERM)
            #expect(try await next.end() == .exit(0))
            #expect(!home.hasServer)
        }
    }

    /// A data directory, a merchant, and a relay.yaml.
    private struct Home: Sendable {
        let directory: URL
        let merchant: RecordingMerchant

        var data: URL { directory.appending(path: "data") }
        var hasServer: Bool {
            FileManager.default.fileExists(atPath: data.appending(path: "postgresql/postmaster.pid").path)
        }

        func startRelay() async throws -> RelayProcess {
            let relay = try RelayProcess.launch(
                ["--config", directory.appending(path: "relay.yaml").path],
                environment: YizhanCommand.environment(database: nil, ["YIZHAN_DATA_DIR": data.path]), in: directory)
            try await relay.waitUntilReady()
            return relay
        }

        func run(_ arguments: String...) async throws -> YizhanCommand.Result {
            try await YizhanCommand.run(arguments, ["YIZHAN_DATA_DIR": data.path])
        }
    }

    private func withHome(
        _ script: @escaping RecordingMerchant.Script = { _ in .issued }, _ body: (Home) async throws -> Void
    ) async throws {
        try await RecordingMerchant.with(script) { merchant, port in
            let home = Home(directory: try await scratchDirectory(), merchant: merchant)
            var file = RelayFile()
            file.endpoints[0].timeout = "500ms"
            try Data(file.text(merchantPort: port).utf8).write(to: home.directory.appending(path: "relay.yaml"))
            try await body(home)
        }
    }
}
