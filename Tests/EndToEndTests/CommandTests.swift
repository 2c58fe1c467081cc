import Foundation
import RelayCore
import TestSupport
import Testing

@Suite(.fewAtOnce, .timeLimit(.minutes(15))) struct CommandTests {
    @Test func migrateBringsAnEmptyDatabaseUpAndCheckSaysWhetherThatIsNeeded() async throws {
        try await TestCluster.shared().withDatabase { database in
            let behind = try await YizhanCommand.run(["migrate", "--check"], database: database)
            #expect(behind.exitCode == 3)
            #expect(behind.output.contains("run `yizhan migrate`"))
            let serve = try await YizhanCommand.run(["serve"], database: database)
            #expect(serve.exitCode == 1)
            #expect(serve.errors.contains("run `yizhan migrate`"))

            try await YizhanCommand.run(["migrate"], database: database).requireSuccess()
            try await YizhanCommand.run(["migrate", "--check"], database: database).requireSuccess()
            let again = try await YizhanCommand.run(["migrate"], database: database).requireSuccess()
            #expect(again.output == "the schema is current\n")
        }
    }

    @Test func healthcheckTellsByItsExitCodeWhetherTheRelayIsReady() async throws {
        try await withStoppableCluster { cluster in
            try await RelayFixture.with(on: cluster) { fixture in
                // As in a container, where the relay listens on every address.
                let listen = ["YIZHAN_ADMIN_LISTEN": "0.0.0.0:\(try fixture.relays[0].adminPort)"]
                let ready = try await YizhanCommand.run(["healthcheck"], listen).requireSuccess()
                #expect(try JSON(parsing: ready.output)["status"] == "ready")

                try await cluster.stop()
                let away = try await YizhanCommand.run(["healthcheck"], listen)
                #expect(away.exitCode == 1)
                #expect(try JSON(parsing: away.output)["status"] == "not ready")

                try await fixture.relays[0].crash()
                let gone = try await YizhanCommand.run(["healthcheck"], listen)
                #expect(gone.exitCode == 1)
                #expect(gone.errors.contains("refused the connection"))
                #expect(gone.output.isEmpty)
            }
        }
    }

    @Test func traceTellsTheStoryOfAnOrder() async throws {
        try await RelayFixture.with(merchant: { $0.timesSeen == 1 ? .status(500) : .issued }) { fixture in
            let reply = try await fixture.platform.issue("19201704060281699381")
            #expect(reply.result == 0)
            let told = try await fixture.run("trace", "19201704060281699381").requireSuccess().output
            let lines = told.split(separator: "\n")
            #expect(lines.count == 3)
            for (line, word) in zip(lines, ["received", "attempt 1 failed", "delivered"]) {
                #expect(line.contains(word))
            }
            let json = try await fixture.run("trace", "19201704060281699381", "--app", RelayFile.app, "--json")
                .requireSuccess().output.split(separator: "\n").map { try JSON(parsing: String($0)) }
            #expect(json.map { $0["what"]?.stringValue } == ["received", "attempt 1 failed", "delivered"])
            #expect(json.allSatisfy { $0["at"]?.stringValue?.hasSuffix("Z") == true })

            let unknown = try await fixture.run("trace", "no-such-order")
            #expect(unknown.exitCode == 1)
            #expect(unknown.errors.contains("no-such-order"))
        }
    }

    @Test func signShowsThePublishedExamplesSignatureAndNeverTheSecret() async throws {
        let parameters = [
            "app_key=96c84928b1dce057d110ea3b3880fc83", "openid=ot1UbuBBzlE6IjEDWfyXQW3dy2S4",
            "transaction_no=69201704060281699381", "time_stamp=1543999047492", "nonce_str=ibuaiVcKdpRxkhJA",
            "order_no=19201704060281699381",
        ]
        let secret = ["PUBLISHED": "eRdLi88c6I6L95PFSX1Nq69Y84xLcD3T"]
        let command = ["sign", "renrenxiu", "--secret-env", "PUBLISHED"]
        let signed = try await YizhanCommand.run(command + parameters, secret).requireSuccess().output
        #expect(signed.contains("586DAE08781B6ACD391FA5BD678CDD0D"))
        #expect(signed.contains("app_key=96c84928b1dce057d110ea3b3880fc83&nonce_str=ibuaiVcKdpRxkhJA&openid="))
        #expect(!signed.contains("eRdLi88c6I6L95PFSX1Nq69Y84xLcD3T"))

        let wrong = try await YizhanCommand.run(
            command + parameters + ["sign=0123456789ABCDEF0123456789ABCDEF"], secret)
        #expect(wrong.exitCode == 1)
        #expect(wrong.output.contains("does NOT match"))
    }

    @Test func sendPlaysThePlatformAndItsExitCodeTellsWhetherAllWasAccepted() async throws {
        try await RelayFixture.with(merchant: { $0.orderNo == "no-1" ? .json(#"{"result":1}"#) : .issued }) { fixture in
            let platform = try fixture.platform
            let command = [
                "send", "renrenxiu", "--url", "http://127.0.0.1:\(platform.port)\(platform.path)", "--app-key",
                RelayFile.appKey, "--secret-env", "RRX_SECRET",
            ]
            let sent = try await YizhanCommand.run(
                command + ["--order-no", "sent", "--count", "10", "--repeat", "2", "--json", "--field", "nickname=张三"]
            ).requireSuccess().output
            let summary = try sent.split(separator: "\n").last.map { try JSON(parsing: String($0)) }
            #expect(summary?["summary"]?["calls"] == 20)
            #expect(fixture.merchant.calls.count == 10)
            #expect(fixture.merchant.calls.allSatisfy { $0.data?["nickname"] == "张三" })

            #expect(try await YizhanCommand.run(command + ["--order-no", "no", "--count", "2"]).exitCode == 1)
        }
    }

    @Test func sinkTakesWhatTheRelayDelivers() async throws {
        try await RelayFixture.with(relays: 0) { fixture in
            let log = fixture.directory.appending(path: "sink.jsonl")
            let sink = try RelayProcess.launch(
                command: ["sink", "--listen", "127.0.0.1:0", "--secret-env", "WHSEC", "--log", log.path],
                environment: YizhanCommand.environment(database: nil), in: fixture.directory)
            var port: Substring?
            try await eventually("the sink listens") {
                port = try sink.log.firstMatch(of: /http:\/\/127\.0\.0\.1:([0-9]+)/)?.output.1
                return port != nil
            }
            var file = RelayFile()
            file.endpoints[0].url = "http://127.0.0.1:\(try #require(port))/"
            try await fixture.apply(file).requireSuccess()
            try await fixture.startRelay()
            let reply = try await fixture.platform.issue("to-the-sink")
            #expect(reply.result == 0)
            #expect(reply.json?["data"]?.arrayValue?.isEmpty == false)
            sink.send(signal: SIGTERM)
            #expect(try await sink.end() == .exit(0))
            let line = try JSON(parsing: String(contentsOf: log, encoding: .utf8))
            #expect(line["order_no"] == "to-the-sink")
            #expect(line["signature"] == "right")
        }
    }

    @Test(arguments: [
        ["nonsense"], ["serve", "--nonsense"], ["apply"], ["trace"], ["sign", "renrenxiu"], ["send", "renrenxiu"],
        ["serve", "--listen", "nowhere"], ["healthcheck", "--admin-listen", "nowhere"], ["send", "renrenxiu-goods"],
        ["sink", "goods-library"],
        ["sink", "meituan-voucher", "--listen", "nowhere"], ["sink", "meituan-voucher", "--codes", "x"],
        ["meituan", "authorize"], ["meituan", "authorize", "--shop", "6/1"],
        ["meituan", "authorize", "--shop", "1", "--kept", "--used"],
        ["send", "meituan-alliance"], ["sink", "meituan-alliance"],
        ["status", "--fail-on", "ded=1"], ["status", "--watch", "0"], ["status", "--app", "teahouse-rrx"], ["requeue"],
        ["requeue", "1", "--state", "exhausted"], ["requeue", "1", "--dry-run"],
        ["requeue", "--state", "exhausted", "--app", "teahouse-rrx"],
        ["requeue", "--state", "exhausted", "--since", "yesterday"],
        ["requeue", "--state", "exhausted", "--max-rows", "0"], ["cancel"], ["pause"], ["resume"],
    ])
    func wrongUsageExitsWith2AndSaysWhatIsWrong(arguments: [String]) async throws {
        let result = try await YizhanCommand.run(arguments)
        #expect(result.exitCode == 2)
        #expect(result.errors.contains("Usage:") || result.errors.contains("--listen"))
        #expect(result.output.isEmpty)
    }

    @Test(arguments: [
        ["serve"], ["migrate"], ["apply"], ["trace"], ["sign"], ["sign", "renrenxiu"], ["send"], ["send", "renrenxiu"],
        ["send", "renrenxiu-goods"], ["send", "meituan-alliance"], ["send", "youzan"], ["sink"], ["sink", "merchant"],
        ["sink", "goods-library"], ["sink", "meituan-alliance"], ["sink", "meituan-voucher"], ["sink", "youzan"],
        ["sign", "meituan-alliance"], ["sign", "youzan"], ["meituan"], ["meituan", "authorize"],
        ["status"], ["requeue"], ["cancel"], ["pause"], ["resume"], ["healthcheck"],
    ])
    func theHelpOfEachCommandHasAnExample(command: [String]) async throws {
        let help = try await YizhanCommand.run(command + ["--help"]).requireSuccess().output
        #expect(help.contains("Example:") || help.contains("Examples:"))
        #expect(help.contains("yizhan \(command.joined(separator: " "))"))
    }

    @Test(arguments: [
        ["migrate"], ["apply", "relay.yaml"], ["trace", "1"], ["meituan", "authorize", "--shop", "1"], ["status"],
        ["requeue", "1"], ["cancel", "1"], ["pause", "erp"], ["resume", "erp"],
    ])
    func aDatabaseThatIsNotThereIsSaidSoAndExitsWith1(command: [String]) async throws {
        let directory = try await scratchDirectory()
        try Data(RelayFile().text(merchantPort: 1).utf8).write(to: directory.appending(path: "relay.yaml"))
        let result = try await YizhanCommand.run(
            command, database: "postgresql://127.0.0.1:1/nothing?password=not-to-be-seen", in: directory)
        #expect(result.exitCode == 1)
        #expect(result.errors.contains("127.0.0.1"))
        #expect(!result.errors.contains("not-to-be-seen"))
    }
}
