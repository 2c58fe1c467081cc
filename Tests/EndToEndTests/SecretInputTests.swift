import Foundation
import RelayCore
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// How commands take secrets, and who can get at a relay's.
@Suite(.fewAtOnce, .timeLimit(.minutes(15))) struct SecretInputTests {
    private static let password = "a-password-that-nobody-may-see"

    @Test(arguments: [
        ["serve"], ["migrate"], ["apply", "relay.yaml"], ["status"], ["trace", "1"], ["requeue", "1"], ["cancel", "1"],
        ["pause", "erp"], ["resume", "erp"], ["keys", "status"], ["keys", "rotate"],
        ["meituan", "authorize", "--shop", "1"],
    ])
    func aPasswordInTheCommandLineIsRefused(command: [String]) async throws {
        for conninfo in [
            "postgres://yizhan:\(Self.password)@127.0.0.1:1/yizhan", "host=127.0.0.1 port=1 password=\(Self.password)",
            "postgres://127.0.0.1:1/yizhan?password=\(Self.password)",
        ] {
            let refused = try await YizhanCommand.run(command + ["--database-url", conninfo])
            #expect(refused.exitCode == 2)
            #expect(refused.errors.contains("--database-url has a password in it"))
            #expect(refused.errors.contains("DATABASE_URL"))
            #expect(!(refused.errors + refused.output).contains(Self.password))
        }
    }

    @Test func anAddressWithoutAPasswordIsTaken() async throws {
        let tried = try await YizhanCommand.run(["status", "--database-url", "postgres://yizhan@127.0.0.1:1/yizhan"])
        #expect(tried.exitCode == 1 && tried.errors.contains("cannot connect to PostgreSQL"))
    }

    @Test func aSecretComesFromAVariableOrFromAFile() async throws {
        let directory = try await scratchDirectory()
        let file = directory.appending(path: "secret")
        try Data((RelayFile.appSecret + "\n").utf8).write(to: file)
        let command = ["sign", "renrenxiu", "openid=o1", "order_no=19"]
        let byVariable = try await YizhanCommand.run(command + ["--secret-env", "RRX_SECRET"]).requireSuccess()
        let byFile = try await YizhanCommand.run(command + ["--secret-file", file.path]).requireSuccess()
        #expect(byFile.output == byVariable.output && byFile.output.contains("sign"))

        try Data("\n".utf8).write(to: file)
        for (options, words) in [
            (["--secret-file", file.path], "is empty"),
            (["--secret-env", "NO_SUCH"], "NO_SUCH (--secret-env) is not set"),
            (["--secret-env", "RRX_SECRET", "--secret-file", file.path], "exclude each other"),
            ([], "--secret-env or --secret-file is missing"),
        ] {
            let refused = try await YizhanCommand.run(command + options)
            #expect(refused.exitCode == 2 && refused.errors.contains(words), "\(refused.errors)")
        }
        let gone = try await YizhanCommand.run(command + ["--secret-file", "/nonexistent"])
        #expect(gone.exitCode == 1 && gone.errors.contains("/nonexistent cannot be read"))
    }

    @Test(arguments: ["sign renrenxiu", "send youzan", "sink merchant"])
    func theHelpPrefersTheVariable(command: String) async throws {
        let help = try await YizhanCommand.run(command.split(separator: " ").map(String.init) + ["--help"])
            .requireSuccess().output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let variable = try #require(help.range(of: "--secret-env <name>"))
        let flag = try #require(help.range(of: "--secret <secret>"))
        #expect(variable.lowerBound < flag.lowerBound)
        #expect(help.contains("everybody on this machine can read it in the process list"))
    }

    @Test func aRelayDumpsNoCore() async throws {
        try await RelayFixture.with(relays: 0) { fixture in
            // Where Swift's tools are, they would write what they find, and take their time.
            let relay = try await fixture.startRelay([], ["SWIFT_BACKTRACE": "enable=no"])
            let limits = try String(contentsOfFile: "/proc/\(relay.processID)/limits", encoding: .utf8)
            let core = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") })
            #expect(core.split(whereSeparator: \.isWhitespace).suffix(3) == ["0", "0", "bytes"])
            relay.send(signal: SIGABRT)
            #expect(try await relay.end() == .signal(SIGABRT))
            let left = try FileManager.default.contentsOfDirectory(atPath: fixture.directory.path)
            #expect(!left.contains { $0.hasPrefix("core") }, "\(left)")
        }
    }

    /// The environment has the master key in it, and another program of the same user could read it in `/proc`.
    @Test func anotherProcessOfTheSameUserReadsNothingOfARelay() async throws {
        let cluster = try await TestCluster.shared()
        let template = try await cluster.template(named: "end_to_end_schema") {
            try await YizhanCommand.run(["migrate"], database: $0).requireSuccess()
        }
        try await cluster.withDatabase(template: template) { database in
            let script = """
                "$0" serve >relay.log 2>&1 & relay=$!
                until grep -q 'platforms call here' relay.log || ! kill -0 $relay; do sleep 0.1; done
                sleep 600 & other=$!
                for process in $other $relay; do
                    tr '\\0' '\\n' <"/proc/$process/environ" | grep -c '^YIZHAN_MASTER_KEY=' || :
                done 2>errors
                kill -9 $other $relay
                """
            // Root may read everything; without these capabilities it is as any user.
            let asUser = geteuid() == 0 ? ["setpriv", "--bounding-set=-sys_ptrace,-sys_admin,-perfmon"] : []
            let variables = YizhanCommand.environment(database: database)
            let ended = try await run(
                .path("/usr/bin/env"), arguments: Arguments(asUser + ["/bin/sh", "-c", script, YizhanCommand.path]),
                environment: .custom(
                    Dictionary(
                        uniqueKeysWithValues: variables.map { (Environment.Key(stringLiteral: $0.key), $0.value) })),
                workingDirectory: FilePath(try await scratchDirectory().path),
                output: .string(limit: 1 << 16), error: .string(limit: 1 << 16))
            #expect(ended.standardOutput == "1\n0\n", "another program's is read, the relay's is not")
        }
    }
}
