import Logging
import NIOCore
import RelayCore
import ServiceLifecycle
import Synchronization
import Testing

@testable import Yizhan

struct LoadRunTests {
    /// One connection, and an answer takes 50 ms: 20 calls a second can be made, and 100 are to be.
    private static func plan(port: Int, rate: Int?) -> LoadPlan {
        LoadPlan(
            port: port, apps: ["bench"], prefix: LoadPlan.prefix(1), connections: 1, rate: rate, seconds: 1,
            tellsTimes: true)
    }

    @Test func inAnOpenLoopTheTimeThatCallsHaveToWaitIsCounted() async throws {
        let report = try await withServer(delay: .milliseconds(50)) { port in
            try await LoadRun.run(Self.plan(port: port, rate: 100))
        }
        try report.requireAccepted()
        #expect(report.sent > 50)
        #expect(report.accepted == report.sent)
        // The last ones wait behind all that should have been answered before.
        #expect(report.latencies.p50 > 500_000)
        #expect(report.latencies.p99 > 2_000_000)
        for (due, answered) in zip(report.dueAt, report.answeredAt) { #expect(answered >= due + 50_000_000) }
    }

    @Test func inAClosedLoopTheNextCallWaitsForTheAnswer() async throws {
        let report = try await withServer(delay: .milliseconds(50)) { port in
            try await LoadRun.run(Self.plan(port: port, rate: nil))
        }
        try report.requireAccepted()
        #expect(3...20 ~= report.sent)
        #expect(report.latencies.p50 >= 50_000)
    }

    @Test func whatIsNotTakenIsNotCountedAndIsNamed() async throws {
        let calls = Atomic(0)
        let report = try await withServer { _ in
            calls.wrappingAdd(1, ordering: .relaxed).newValue == 3
                ? .init(status: 503, body: Array(#"{"result":1}"#.utf8)) : Self.taken
        } body: { port in
            try await LoadRun.run(Self.plan(port: port, rate: 100))
        }
        #expect(report.accepted == report.sent - 1)
        #expect(report.refused == [2])
        #expect(report.answeredAt[2] == 0)
        #expect(report.refusals.keys.first?.contains("503") == true)
        #expect(throws: BenchFailure.self) { try report.requireAccepted() }
    }

    @Test func aReportIsTheSameBehindThePipe() async throws {
        let report = try await withServer { port in try await LoadRun.run(Self.plan(port: port, rate: 50)) }
        let plan = try LoadPlan(try JSON(parsing: report.plan.json.serialized()))
        let again = try LoadReport(try JSON(parsing: report.json.serialized()), of: plan)
        #expect(again.json == report.json)
        #expect(plan.json == report.plan.json)
        #expect(again.accepted > 0)
    }

    private static let taken = StandIn.Answer(body: Array(#"{"result":0,"msg":"ok"}"#.utf8))

    private func withServer<R: Sendable>(
        delay: Duration = .zero, _ answer: @escaping @Sendable (StandIn.Call) -> StandIn.Answer = { _ in taken },
        body: (Int) async throws -> R
    ) async throws -> R {
        let ports = AsyncStream.makeStream(of: Int.self)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await StandIn(
                    listen: ListenAddress(host: "127.0.0.1", port: 0), delay: delay, answer: answer,
                    onReady: { ports.continuation.yield($0) }
                ).run()
            }
            var iterator = ports.stream.makeAsyncIterator()
            let port = try #require(await iterator.next())
            let result = try await body(port)
            group.cancelAll()
            return result
        }
    }
}
