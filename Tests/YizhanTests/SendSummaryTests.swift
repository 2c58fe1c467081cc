import RelayCore
import Testing

@testable import Yizhan

struct SendSummaryTests {
    @Test(arguments: [(50, 50), (95, 95), (99, 99), (100, 100), (1, 1), (0, 1)])
    func aPercentileIsTheSmallestThatSoManyDoNotExceed(percentile: Int, milliseconds: Int) {
        let latencies = (1...100).map { Duration.milliseconds($0) }
        #expect(SendSummary.percentile(percentile, of: latencies) == .milliseconds(milliseconds))
    }

    @Test func ofOneCallEveryPercentileIsThatCall() {
        #expect(
            [1, 50, 99, 100].map { SendSummary.percentile($0, of: [.seconds(3)]) }
                == Array(repeating: .seconds(3), count: 4))
    }

    @Test func ofNoCallThereIsNoPercentile() {
        #expect(SendSummary.percentile(50, of: []) == nil)
    }

    @Test func oneRefusedCallKeepsTheRunFromBeingAccepted() {
        var summary = SendSummary()
        summary.add(report(.answered(status: 200, field: .renrenxiu, value: 0)))
        #expect(summary.isAllAccepted)
        summary.add(report(.answered(status: 200, field: .renrenxiu, value: 1)))
        summary.add(report(.answered(status: 200, field: .renrenxiu, value: 0)))
        #expect(!summary.isAllAccepted)
    }

    @Test(arguments: [
        SendReport.Outcome.answered(status: 404, field: .renrenxiu, value: nil),
        .answered(status: 503, field: .renrenxiu, value: 1),
        .failed(reason: "refused"),
    ])
    func nothingButResult0IsAccepted(outcome: SendReport.Outcome) {
        #expect(!report(outcome).isAccepted)
    }

    @Test func eachPlatformHasItsOwnWordForAccepted() {
        #expect(report(.answered(status: 200, field: .meituanAlliance, value: "0")).isAccepted)
        #expect(!report(.answered(status: 200, field: .meituanAlliance, value: 0)).isAccepted)
        #expect(!report(.answered(status: 200, field: .renrenxiu, value: "0")).isAccepted)
        #expect(
            "\(SendReport.Outcome.answered(status: 200, field: .meituanAlliance, value: "1"))" == "HTTP 200, errcode 1")
        #expect(
            "\(SendReport.Outcome.answered(status: 404, field: .meituanAlliance, value: nil))" == "HTTP 404, no errcode"
        )
    }

    @Test func whatIsDroppedIsToldAndNoFailure() {
        var summary = SendSummary()
        summary.add(report(.answered(status: 200, field: .renrenxiu, value: 0)))
        summary.addDropped()
        #expect(summary.isAllAccepted && summary.calls == 1 && summary.dropped == 1)
        #expect(summary.lines.contains("1 dropped"))
    }

    @Test func answersAreCountedByWhatTheySayAndTheMostFrequentComesFirst() {
        var summary = SendSummary()
        summary.add(report(.failed(reason: "refused")))
        for _ in 0..<3 { summary.add(report(.answered(status: 200, field: .renrenxiu, value: 0))) }
        for _ in 0..<2 { summary.add(report(.answered(status: 503, field: .renrenxiu, value: 1))) }
        summary.elapsed = .milliseconds(1_500)
        #expect(
            summary.lines == [
                "6 calls in 1500.00 ms, 4/s", "    3  HTTP 200, result 0", "    2  HTTP 503, result 1",
                "    1  refused",
                "latency  p50 1.25 ms  p95 1.25 ms  p99 1.25 ms  max 1.25 ms",
            ])
    }

    private func report(_ outcome: SendReport.Outcome) -> SendReport {
        SendReport(orderNo: "1", outcome: outcome, took: .microseconds(1_250), answer: [])
    }
}
