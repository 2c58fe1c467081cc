import EmbeddedPostgreSQL
import Foundation
import RelayCore
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// One full run, and then a search for every secret that it used through everything that it printed and stored.
@Suite(.fewAtOnce, .timeLimit(.minutes(15))) struct SecretLeakTests {
    /// With characters that are spelled otherwise in an address, in JSON, or in base64.
    private static let secrets: [String: String] = [
        "RRX_SECRET": "rrx/secret+of=the&app-5f31", "MT_API_SECRET": "api/secret+of=alliance-77a2",
        "MT_CALLBACK_KEY": "declared/callback+key=c0de", "NEW_KEY": "announced-callback-key-91b4",
        "YZ_PUSH_SECRET": "push/client+secret=1d0e", "YOUZAN_SECRET": "api/client+secret=b33f",
        "OWN_SECRET": "own/secret+of=the-merchant-e7",
        "WHSEC": "whsec_c2VhbGVkLWFuZC1uZXZlci10by1iZS1zZWVuLWJ5LWFueQ==",
        "ROBOT_TOKEN": "robot-token-20c5f8d1a9", "YOUZAN_TOKEN": "access/token+of=the-shop-42",
        "DATABASE_PASSWORD": "database-password-6a1f",
        "YIZHAN_MASTER_KEY": "c29tZS1tYXN0ZXIta2V5LW9mLXRoaXJ0eS10d28tYiE=",
    ]

    private static func secret(_ name: String) -> String { secrets[name] ?? "" }

    private static func relayFile(merchant: Int, gateway: Int) -> String {
        func endpoint(_ name: String, _ url: String, _ more: String = "secret: \"${WHSEC}\"") -> String {
            "  - {name: \(name), merchant: teahouse, url: \"\(url)\", timeout: 2s, retry: [100ms, 100ms], \(more)}\n"
        }
        let merchant = "//127.0.0.1:\(merchant)"
        return """
            merchants: [{name: teahouse}]
            apps:
              - {name: rrx, merchant: teahouse, platform: renrenxiu, app_key: rrx-key, secret: "${RRX_SECRET}",
                 goods_library: {endpoint: own}, reply: {wait: 3s, on_pending: accept, pending_message: 稍等}}
              - {name: alliance, merchant: teahouse, platform: meituan-alliance, app_key: mt-key,
                 secret: "${MT_API_SECRET}", callback_key: "${MT_CALLBACK_KEY}", base_url: "http:\(merchant)/alliance"}
              - {name: youzan, merchant: teahouse, platform: youzan, client_id: yz-client,
                 client_secret: "${YZ_PUSH_SECRET}"}
            endpoints:
            \(endpoint("erp", "http:\(merchant)/erp"))\
            \(endpoint("own", "http:\(merchant)/own", "format: platform, app_key: own-key, secret: \"${OWN_SECRET}\""))\
            \(endpoint("tls", "https:\(merchant)/tls"))\
            \(endpoint("away", "http://127.0.0.1:1/away"))\
            \(endpoint("doomed", "http:\(merchant)/doomed"))\
              - {name: shop, merchant: teahouse, format: youzan, base_url: "http:\(merchant)/shop", client_id: shop-client,
                 client_secret: "${YOUZAN_SECRET}", grant_id: "42587152", api: youzan.ump.coupon.take, version: 3.0.0,
                 body: '{"mobile":"{{phone}}"}', retry: [100ms, 100ms], timeout: 2s}
            routes:
            \(["erp", "own", "tls", "away", "doomed", "shop"].map {
                "  - {app: rrx, event: goods.issue, goods: \"\($0)_*\", endpoint: \($0)}\n"
            }.joined())\
              - {app: alliance, event: "*", endpoint: erp}
              - {app: youzan, event: "*", endpoint: erp}
            alerts:
              - {name: robot, url: "http:\(merchant)/robot?access_token=${ROBOT_TOKEN}", format: dingtalk}
            meituan_voucher: {base_url: "http://127.0.0.1:\(gateway)"}
            allow_private_networks: [127.0.0.0/8]

            """
    }

    /// A merchant's systems that quote what they were called with, as pages of errors do.
    private static func conduct(_ call: MerchantCall) -> MerchantAnswer {
        let times = call.timesSeen
        switch call.path {
        case "/erp", "/doomed":
            return times == 1 || call.path == "/doomed"
                ? MerchantAnswer(status: 500, body: "the secret \(secret("WHSEC")) is wrong")
                : .json(#"{"result":1,"msg":"not with \#(secret("WHSEC"))"}"#)
        case "/own":
            return times == 1 ? MerchantAnswer(status: 502, body: "no \(secret("OWN_SECRET"))") : .issued
        case "/shop/auth/token":
            guard times > 1 else {
                return .json(#"{"success":false,"code":1,"message":"wrong: \#(secret("YOUZAN_SECRET"))"}"#)
            }
            let expires = Int64(Date().timeIntervalSince1970 * 1_000) + 604_800_000
            return .json(
                #"{"success":true,"code":200,"data":{"access_token":"\#(secret("YOUZAN_TOKEN"))","expires":\#(expires)}}"#
            )
        case "/robot":
            return .json(#"{"errcode":\#(times == 1 ? 310_000 : 0),"errmsg":"token \#(secret("ROBOT_TOKEN"))"}"#)
        default:
            return times == 1
                ? MerchantAnswer(status: 500, body: "called with \(secret("YOUZAN_TOKEN"))")
                : .json(#"{"success":true,"code":200,"data":"\#(secret("YOUZAN_TOKEN"))"}"#)
        }
    }

    /// What was printed and stored, one file for each.
    private struct Evidence {
        let folder: URL
        private(set) var count = 0

        mutating func keep(_ text: String, _ name: String) throws {
            count += 1
            try Data(text.utf8).write(to: folder.appending(path: "\(count)-\(name)"))
        }

        mutating func keep(_ result: YizhanCommand.Result, _ name: String) throws {
            try keep(result.output + result.errors, name)
        }
    }

    @Test func noSecretIsInAnythingThatARunPrintsOrStores() async throws {
        let directory = try await scratchDirectory()
        let folder = directory.appending(path: "evidence")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        let evidence = try await withStoppableCluster { cluster in
            var evidence = Evidence(folder: folder)
            try await cluster.psql(
                """
                ALTER SYSTEM SET log_statement = 'all';
                ALTER SYSTEM SET log_parameter_max_length = -1;
                ALTER SYSTEM SET log_parameter_max_length_on_error = -1;
                ALTER SYSTEM SET log_error_verbosity = 'verbose';
                SELECT pg_reload_conf()
                """, on: cluster.url)
            let link = try await RecordingMerchant.with({ Self.conduct($0) }) { _, merchant in
                try await SinkProcess.with(["meituan-voucher"], in: directory) { sink, gateway in
                    let house = House(
                        database: cluster.url.replacing(
                            "postgres@", with: "postgres:\(Self.secret("DATABASE_PASSWORD"))@"),
                        directory: directory, file: Self.relayFile(merchant: merchant, gateway: gateway),
                        sql: { try await cluster.psql($0, on: cluster.url) })
                    let link = try await run(house, &evidence)
                    try evidence.keep(try sink.log, "sink.log")
                    return link
                }
            }
            try evidence.keep(try await dump(cluster.url), "pg_dump")
            try evidence.keep(
                try String(contentsOfFile: cluster.directory.appending("postgresql.log").string, encoding: .utf8),
                "postgresql.log")
            return (count: evidence.count, link: link)
        }
        #expect(evidence.count > 40)

        var secrets = Self.secrets.mapValues { Array($0.utf8) }
        secrets["the bytes of WHSEC"] = Array(
            try #require(Data(base64Encoded: String(Self.secret("WHSEC").dropFirst(6)))))
        secrets["the bytes of YIZHAN_MASTER_KEY"] = Array(
            try #require(Data(base64Encoded: Self.secret("YIZHAN_MASTER_KEY"))))
        secrets["the voucher's link"] = Array(evidence.link.utf8)
        let search = SecretSearch(secrets)
        #expect(try await search.findings(in: folder) == [])

        // The search itself finds each of them, in each spelling.
        let planted = directory.appending(path: "planted")
        try FileManager.default.createDirectory(at: planted, withIntermediateDirectories: false)
        for (name, secret) in secrets {
            for (number, spelling) in SecretSearch.spellings(of: secret).enumerated() {
                try Data("before\(spelling)after".utf8).write(to: planted.appending(path: "\(name) \(number)"))
            }
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: planted.path).count
        let found = try await search.findings(in: planted).map { $0.prefix { $0 != ":" } }
        #expect(Set(found).count == files)
    }

    /// Where the run happens.
    private struct House {
        let database: String
        let directory: URL
        let file: String
        let sql: @Sendable (_ statement: String) async throws -> String

        func variables(_ more: [String: String] = [:]) -> [String: String] {
            SecretLeakTests.secrets.merging(more) { $1 }
        }

        func command(_ arguments: [String], _ more: [String: String] = [:]) async throws -> YizhanCommand.Result {
            try await YizhanCommand.run(arguments, database: database, variables(more), in: directory)
        }

        func apply(_ text: String, _ more: [String: String] = [:], flags: [String] = []) async throws
            -> YizhanCommand.Result
        {
            let path = directory.appending(path: "relay.yaml")
            try Data(text.utf8).write(to: path)
            return try await command(["apply", path.path] + flags, more)
        }

        func startRelay(format: String) async throws -> RelayProcess {
            let relay = try RelayProcess.launch(
                ["--log-level", "trace"],
                environment: YizhanCommand.environment(database: database, variables(["YIZHAN_LOG_FORMAT": format])),
                in: directory)
            try await relay.waitUntilReady()
            return relay
        }
    }

    /// Returns a voucher's link: it is printed on purpose, and only once.
    private func run(_ house: House, _ evidence: inout Evidence) async throws -> String {
        try evidence.keep(try await house.command(["migrate", "--log-level", "trace"]), "migrate")
        try evidence.keep(try await house.apply(house.file, flags: ["--dry-run"]).requireSuccess(), "dry-run")
        try evidence.keep(try await house.apply(house.file, flags: ["--log-level", "trace"]).requireSuccess(), "apply")
        for (number, wrong) in wrongFiles(house.file).enumerated() {
            let result = try await house.apply(wrong.text, wrong.variables)
            #expect(result.exitCode == 1, "wrong file \(number): \(result.output)")
            try evidence.keep(result, "wrong-file-\(number)")
        }
        let changed = house.variables().filter { !$0.key.hasPrefix("YIZHAN") }.mapValues { $0 + "==" }
            .filter { $0.key != "WHSEC" }
        try evidence.keep(try await house.apply(house.file, changed, flags: ["--dry-run"]).requireSuccess(), "changed")

        let relays = [try await house.startRelay(format: "json"), try await house.startRelay(format: "text")]
        for relay in relays { try await call(relay, house, &evidence) }
        try evidence.keep(try await processList(), "processes")

        let asked = try await house.command(["meituan", "authorize", "--shop", "66101806", "--log-level", "trace"])
            .requireSuccess()
        try evidence.keep(asked.errors, "authorize")
        try await eventually(within: .seconds(60), "everything is settled, and the robot has heard of what is lost") {
            try await house.sql(
                """
                SELECT (SELECT count(*) = 0 FROM yizhan.outbox), count(*) > 0 FROM yizhan.outcome AS o
                JOIN yizhan.event AS e ON e.id = o.event_id WHERE e.app_id = -1 AND o.state = 'delivered'
                """) == "t|t"
        }
        for arguments in [
            ["status", "--json", "--rejections"], ["status", "--rejections", "--reconciliation"],
            ["keys", "status"], ["keys", "rotate"], ["keys", "status", "--json"],
        ] + traces { try evidence.keep(try await house.command(arguments), arguments.joined(separator: "-")) }
        for relay in relays {
            for path in ["/metrics", "/readyz", "/livez"] {
                let reply = try await PlatformCaller(port: try relay.adminPort).post(
                    [], method: "GET", path: path, contentType: nil)
                #expect(reply.status == 200)
                try evidence.keep(reply.text, "admin" + path.replacing("/", with: "-"))
            }
            relay.send(signal: SIGTERM)
            #expect(try await relay.end() == .exit(0))
            let log = try relay.log
            #expect(log.contains("trace") && log.contains("wrong_signature"))
            try evidence.keep(log, "relay.log")
        }
        try await fail(house, &evidence)
        return asked.output.trimmingCharacters(in: .newlines)
    }

    private var traces: [[String]] {
        ["erp", "own", "tls", "away", "doomed", "shop"].flatMap { kind in
            [["trace", "\(kind)-json"], ["trace", "\(kind)-text", "--json"]]
        } + [["trace", "callback_key", "--json"], ["trace", "alliance-json"], ["trace", "no-such-order"]]
    }

    /// Every platform, with the right secrets and with wrong ones, and with secrets where they do not belong.
    private func call(_ relay: RelayProcess, _ house: House, _ evidence: inout Evidence) async throws {
        let format = try relay.log.hasPrefix("{") ? "json" : "text"
        var rrx = PlatformCaller(port: try relay.platformPort)
        (rrx.app, rrx.appKey, rrx.secret) = ("rrx", "rrx-key", Self.secret("RRX_SECRET"))
        for kind in ["erp", "own", "tls", "away", "doomed", "shop"] {
            let reply = try await rrx.issue("\(kind)-\(format)", ["phone": "13800138000"], goods: "\(kind)_1")
            #expect(reply.status == 200)
            try evidence.keep(reply.text, "reply")
        }
        var stranger = rrx
        stranger.secret = "somebody else's"
        let misplaced = ["secret": Self.secret("RRX_SECRET")]
        let wrong = try await stranger.post(
            stranger.form(stranger.parameters("wrong", ["secret": misplaced["secret"] ?? ""])),
            path: "\(rrx.path)?secret=\(PlatformCaller.escaped(Self.secret("RRX_SECRET")))")
        #expect(wrong.result == 1)
        try evidence.keep(wrong.text, "reply")
        for (secret, expected) in [("RRX_SECRET", 0 as Int32), ("OWN_SECRET", 1)] {
            let library = try await house.command([
                "send", "renrenxiu-goods", "--url", "http://127.0.0.1:\(try relay.platformPort)/in/rrx/goods/list",
                "--app-key", "rrx-key", "--secret-env", secret,
            ])
            #expect(expected == 0 || library.exitCode == 1)
            try evidence.keep(library, "goods")
        }

        let url = "http://127.0.0.1:\(try relay.platformPort)"
        let alliance = ["send", "meituan-alliance", "--url", "\(url)/in/alliance/callback"]
        let announce = ["--announce-key", "--app-key", "mt-key", "--new-key-env", "NEW_KEY"]
        for arguments in [
            alliance + ["--secret-env", "MT_CALLBACK_KEY", "--order-no", "alliance-\(format)"],
            alliance + ["--secret-env", "MT_API_SECRET", "--order-no", "wrong"],
            alliance + ["--secret-env", "MT_CALLBACK_KEY"] + announce,
            alliance + ["--secret-env", "MT_API_SECRET"] + announce,
            alliance + ["--secret-env", "MT_API_SECRET", "--field", "ts=1"] + announce,
            alliance + ["--secret-env", "NEW_KEY", "--order-no", "alliance-new-\(format)", "--json-body"],
        ] { try evidence.keep(try await house.command(arguments), "send-alliance") }
        for secret in ["YZ_PUSH_SECRET", "YOUZAN_SECRET"] {
            try evidence.keep(
                try await house.command([
                    "send", "youzan", "--url", "\(url)/in/youzan/messages", "--client-id", "yz-client", "--secret-env",
                    secret, "--json",
                ]), "send-youzan")
        }
        try evidence.keep(
            try String(contentsOfFile: "/proc/\(relay.processID)/cmdline", encoding: .utf8), "cmdline")
    }

    /// A database that is away, and settings that are wrong.
    private func fail(_ house: House, _ evidence: inout Evidence) async throws {
        let password = Self.secret("DATABASE_PASSWORD")
        for url in [
            "postgres://yizhan:\(password)@127.0.0.1:1/yizhan", "host=127.0.0.1 password='\(password)",
            "postgres://yizhan:\(password)@127.0.0.1:no-port/yizhan", "password=\(password) hots=127.0.0.1",
        ] {
            let result = try await YizhanCommand.run(
                ["status", "--log-level", "trace"], database: url, house.variables())
            #expect(result.exitCode == 1)
            try evidence.keep(result, "no-database")
        }
        let key = Self.secret("YIZHAN_MASTER_KEY")
        for keys in [key + "!", "AAAA" + key, YizhanCommand.masterKey, "\(key);\(key)"] {
            let result = try await house.command(
                ["keys", "rotate", "--log-level", "trace"], ["YIZHAN_MASTER_KEY": keys])
            #expect(result.exitCode == 1)
            try evidence.keep(result, "wrong-key")
        }
    }

    /// Secrets that are not as they should be, or not where they should be.
    private func wrongFiles(_ file: String) -> [(text: String, variables: [String: String])] {
        let (app, hook) = (#"secret: "${RRX_SECRET}""#, #"secret: "${WHSEC}""#)
        let plain = Self.secret("RRX_SECRET")
        return [
            (file.replacing(app, with: #"secret: ["${RRX_SECRET}"]"#), [:]),
            (file.replacing(app, with: #"secrets: "${RRX_SECRET}""#), [:]),
            (file.replacing(app, with: #"secret: "\#(plain)"#), [:]),
            (file.replacing(app, with: #"secret: "\#(plain)", secret: "\#(plain)""#), [:]),
            (file.replacing(app, with: #"secret: ${RRX_SECRET"#), [:]),
            (file.replacing("timeout: 2s, retry: [100ms, 100ms], \(hook)", with: #"timeout: "${RRX_SECRET}""#), [:]),
            (file.replacing(hook, with: "\(hook), max_in_flight: \"${RRX_SECRET}\""), [:]),
            (file.replacing("http:", with: "${RRX_SECRET}http:"), [:]),
            (file.replacing("[127.0.0.0/8]", with: #"["${RRX_SECRET}"]"#), [:]),
            (file, ["WHSEC": "whsec_" + plain]), (file, ["WHSEC": plain]), (file, ["ROBOT_TOKEN": "# \(plain)"]),
            (file, ["RRX_SECRET": ""]),
        ]
    }

    private func processList() async throws -> String {
        try await Subprocess.run(
            .path("/usr/bin/env"), arguments: ["ps", "-eo", "args"], output: .string(limit: 4 << 20), error: .discarded
        ).standardOutput
    }

    private func dump(_ url: String) async throws -> String {
        let programs = try #require(
            try await ServerInstallation.all(in: ServerInstallation.defaultSearchPath).first?.programs)
        let ended = try await Subprocess.run(
            .path(programs.appending("pg_dump")), arguments: ["--dbname", url], output: .string(limit: 64 << 20),
            error: .string(limit: 1 << 16))
        try #require(ended.terminationStatus.isSuccess, "\(ended.standardError)")
        let dump = ended.standardOutput
        #expect(dump.contains("COPY yizhan.access_token") && dump.contains("callback_key.rotated"))
        return dump
    }
}
