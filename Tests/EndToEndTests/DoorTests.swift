import Foundation
import Subprocess
import TestSupport
import Testing

@Suite(.fewAtOnce, .timeLimit(.minutes(15))) struct DoorTests {
    @Test(arguments: [
        (["--tls-certificate", "/c.pem"], 2, "YIZHAN_TLS_KEY"),
        (["--tls-key", "/k.pem"], 2, "YIZHAN_TLS_CERTIFICATE"),
        (["--trusted-proxies", "127.0.0.1, 10.0.0.1/8"], 2, "YIZHAN_TRUSTED_PROXIES"),
        (["--trusted-proxies", "the proxy"], 2, "\"the proxy\" is not an IP address"),
        (["--max-connections-per-address", "-1"], 2, "YIZHAN_MAX_CONNECTIONS_PER_ADDRESS"),
        (["--tls-certificate", "/nowhere/c.pem", "--tls-key", "/nowhere/k.pem"], 1, "/nowhere/c.pem"),
    ])
    func aWrongSettingIsAnErrorThatNamesItBeforeAnythingIsStarted(
        arguments: [String], code: Int32, text: String
    ) async throws {
        let result = try await YizhanCommand.run(["serve"] + arguments, database: "postgres://nobody@127.0.0.1:1/x")
        #expect(result.exitCode == code && result.errors.contains(text), "\(result)")
    }

    @Test func theRelayItselfSpeaksTLS() async throws {
        try await SelfSignedCertificate.with { files in
            try await RelayFixture.with(relays: 0) { fixture in
                try await fixture.startRelay([
                    "--tls-certificate", files.certificate.path, "--tls-key", files.key.path,
                ])
                let platform = try fixture.platform
                let body = platform.form(platform.parameters("over-tls"))
                let request = platform.head(bodyBytes: body.count, more: ["Connection: close"]) + body
                let ended = try await Subprocess.run(
                    .name("openssl"),
                    arguments: [
                        "s_client", "-quiet", "-verify_return_error", "-CAfile", files.certificate.path,
                        "-servername", "localhost", "-connect", "127.0.0.1:\(platform.port)",
                    ], input: .array(request), output: .string(limit: 1 << 16), error: .string(limit: 1 << 16))
                #expect(ended.standardOutput.hasPrefix("HTTP/1.1 200"), "\(ended.standardError)")
                #expect(ended.standardOutput.contains(#""result":0"#))
                #expect(try await fixture.state(of: "over-tls") == "delivered")
                #expect(await platform.issueUnanswered("without"))
                let expiry = try await fixture.metric("yizhan_tls_certificate_expiry_timestamp_seconds")
                #expect(expiry > Date().timeIntervalSince1970)
            }
        }
    }

    @Test func aListOfNetworksIsInForceWithinASecondAndSoIsItsEnd() async throws {
        try await RelayFixture.with { fixture in
            let platform = try fixture.platform
            #expect(try await platform.issue("before").result == 0)
            var file = RelayFile()
            file.appLines = ["allow_from: [203.0.113.0/24, 2001:db8::/32]"]
            let output = try await fixture.apply(file).requireSuccess().output
            #expect(output.contains("~ app teahouse-rrx: allow_from [] → [203.0.113.0/24, 2001:db8::/32]"), "\(output)")
            try await eventually(within: .seconds(1), "calls from here are refused") {
                try await platform.issue("refused").status == 403
            }
            let reply = try await platform.issue("refused-for-good")
            #expect(reply.status == 403 && reply.result == 1 && reply.msg?.contains("来源 IP") == true)
            try await eventually("it is there for operators") {
                try await fixture.sql(
                    "SELECT DISTINCT app, reason, remote_address, parameters FROM yizhan.rejection")
                    == "teahouse-rrx|address_not_allowed|127.0.0.1|{}"
            }
            file.appLines = ["allow_from: [203.0.113.0/24, 127.0.0.0/8]"]
            try await fixture.apply(file).requireSuccess()
            try await eventually(within: .seconds(1), "calls from here are taken") {
                try await platform.issue("after").result == 0
            }
            #expect(
                try await fixture.sql("SELECT count(*) FROM yizhan.event WHERE order_no = 'refused-for-good'") == "0")
        }
    }

    @Test func aNetworkThatIsNoneIsAProblemOfItsLine() async throws {
        try await RelayFixture.with(relays: 0) { fixture in
            var file = RelayFile()
            file.appLines = ["allow_from:", "  - 203.0.113.0/24", "  - 203.0.113.1/24"]
            let result = try await fixture.apply(file)
            #expect(result.exitCode == 1)
            #expect(
                result.errors.contains(
                    #":13: apps "teahouse-rrx": allow_from[1]: "203.0.113.1/24": 203.0.113.1/24 has bits set beyond its prefix"#
                ), "\(result.errors)")
        }
    }

    @Test func operatorsSeeTheCallerAndNotTheTrustedProxy() async throws {
        try await RelayFixture.with(relays: 0) { fixture in
            try await fixture.startRelay(["--trusted-proxies", "192.0.2.0/24, 127.0.0.1"])
            let platform = try fixture.platform
            let head = platform.head(
                bodyBytes: 0, path: "/in/nobody/x", more: ["X-Forwarded-For: 198.51.100.1, 203.0.113.7, 192.0.2.9"])
            #expect(try await platform.send(head).status == 404)
            try await eventually("it is there for operators") {
                try await fixture.sql("SELECT remote_address FROM yizhan.rejection") == "203.0.113.7"
            }
            #expect(try fixture.relays[0].logLines(with: "a call was refused").first?.contains("203.0.113.7") == true)
        }
    }

    @Test func whoeverFillsTheDoorLeavesTheRelayTheFilesThatItNeeds() async throws {
        try await RelayFixture.with(relays: 0) { fixture in
            try await fixture.startRelay(openFiles: 256)
            let platform = try fixture.platform
            try await withThrowingTaskGroup { group in
                let isOver = Gate()
                for _ in 0..<300 {
                    group.addTask {
                        // Those that are too many are closed before they have said anything.
                        try? await RawConnection.with(port: platform.port) { connection in
                            try await connection.send(Array("POST / HTTP/1.1\r\n".utf8))
                            try await isOver.pass()
                        }
                    }
                }
                try await eventually("the door is full") {
                    try await fixture.metric(#"yizhan_turned_away_connections_total{reason="full"}"#) > 100
                }
                #expect(try await fixture.metric("yizhan_open_connections") == 128)
                #expect(try await fixture.operators("/readyz").status == 200)
                isOver.open()
                try await group.waitForAll()
            }
            try await eventually("there is room again") { await !platform.issueUnanswered("after") }
            #expect(try await fixture.state(of: "after") == "delivered")
        }
    }
}
