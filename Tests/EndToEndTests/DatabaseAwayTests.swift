import RelayCore
import TestSupport
import Testing

@Suite(.fewAtOnce, .timeLimit(.minutes(15))) struct DatabaseAwayTests {
    enum Loss: String, CaseIterable, CustomTestStringConvertible {
        case stopped
        case killed
        case frozen

        var testDescription: String { rawValue }

        func begin(_ cluster: StoppableCluster) async throws {
            switch self {
            case .stopped: try await cluster.stop()
            case .killed: try await cluster.crash()
            case .frozen: try await cluster.pause()
            }
        }

        func end(_ cluster: StoppableCluster) async throws {
            switch self {
            case .stopped, .killed: try await cluster.start()
            case .frozen: try await cluster.resume()
            }
        }
    }

    @Test(arguments: Loss.allCases)
    func withoutItsDatabaseTheRelaySaysSoAtOnceAndRecoversWithoutARestart(loss: Loss) async throws {
        var file = RelayFile()
        file.endpoints[0].timeout = "1s"
        try await withStoppableCluster { cluster in
            try await RelayFixture.with(file, on: cluster) { fixture in
                let platform = try fixture.platform
                #expect(try await platform.issue("before").result == 0)
                #expect(try await fixture.operators("/readyz").status == 200)

                try await loss.begin(cluster)
                for number in 1...5 {
                    let reply = try await platform.issue("away-\(number)")
                    #expect(reply.status == 503)
                    #expect(reply.result == 1)
                    #expect(reply.msg?.isEmpty == false)
                    #expect(reply.headers["retry-after"].flatMap { Int($0) } != nil)
                    #expect(reply.headers["content-type"] == "application/json")
                    #expect(reply.latency < .seconds(2))
                }
                let ready = try await fixture.operators("/readyz")
                #expect(ready.status == 503)
                #expect(ready.json?["checks"]?["database"]?.stringValue.map { $0 != "ok" } == true)
                #expect(try await fixture.operators("/livez").status == 200)

                try await loss.end(cluster)
                try await eventually("the relay is ready again") {
                    try await fixture.operators("/readyz").status == 200
                }
                // The call that was in flight may be stored, its lease held by nobody until it runs out.
                for number in 1...5 {
                    try await eventually(within: .seconds(20), "order away-\(number) is settled") {
                        try await platform.issue("away-\(number)").msg == "已发放"
                    }
                }
                #expect(try await fixture.sql("SELECT count(*), count(DISTINCT order_no) FROM yizhan.event") == "6|6")
                #expect(try await fixture.sql("SELECT count(*) FROM yizhan.outbox") == "0")
            }
        }
    }

    @Test func anOutcomeThatCannotBeWrittenIsKeptUntilTheDatabaseIsBack() async throws {
        let gate = Gate()
        try await withStoppableCluster { cluster in
            try await RelayFixture.with(on: cluster) { _ in
                try await gate.pass()
                return .issued
            } _: { fixture in
                let platform = try fixture.platform
                async let first = platform.issue("in-flight")
                try await fixture.merchant.waitForCalls(of: "in-flight")
                try await cluster.crash()
                gate.open()
                try await eventually("the relay notices") {
                    try !fixture.relays[0].logLines(with: "could not be written").isEmpty
                }
                try await cluster.start()
                try await fixture.waitForState("delivered", of: "in-flight")
                #expect(try await first.status == 200)
                #expect(try await platform.issue("in-flight").msg == "已发放")
                #expect(fixture.merchant.calls.count == 1)
            }
        }
    }

    @Test func aRelayThatIsStartedBeforeItsDatabaseWaitsForIt() async throws {
        try await withStoppableCluster { cluster in
            try await RelayFixture.with(relays: 0, on: cluster) { fixture in
                try await cluster.stop()
                let relay = try RelayProcess.launch(
                    environment: YizhanCommand.environment(database: cluster.url), in: fixture.directory)
                try await eventually(within: .seconds(30), "the relay waits") {
                    try !relay.logLines(with: "waiting for the database").isEmpty
                }
                try await cluster.start()
                try await relay.waitUntilReady()
                #expect(try await PlatformCaller(port: relay.platformPort).issue("patience").result == 0)
                try await relay.crash()
            }
        }
    }
}
