import CoreMetrics
import Testing

@testable import Server

@Suite struct PrometheusRegistryTests {
    private let registry = PrometheusRegistry()

    private var lines: [Substring] { registry.text().split(separator: "\n") }

    @Test func aFamilyIsDescribedOnceAboveAllItsSeries() {
        for endpoint in ["b", "a", "c"] {
            registry.makeCounter(
                label: "yizhan_attempts_total", dimensions: [("endpoint", endpoint), ("result", "delivered")]
            ).increment(by: 2)
        }
        #expect(
            registry.text() == """
                # HELP yizhan_attempts_total Attempts to deliver, by endpoint and result.
                # TYPE yizhan_attempts_total counter
                yizhan_attempts_total{endpoint="a",result="delivered"} 2
                yizhan_attempts_total{endpoint="b",result="delivered"} 2
                yizhan_attempts_total{endpoint="c",result="delivered"} 2

                """)
    }

    @Test func theSameLabelsAreTheSameSeriesAlsoAfterTheHandleIsGone() {
        for _ in 1...3 {
            let counter = registry.makeCounter(label: "yizhan_x_total", dimensions: [])
            counter.increment(by: 1)
            registry.destroyCounter(counter)
        }
        #expect(lines.last == "yizhan_x_total 3")
    }

    @Test(
        arguments: [
            ("a\"b", #"a\"b"#), ("a\\b", #"a\\b"#), ("a\nb", #"a\nb"#), ("a\r\nb", "a\r" + #"\nb"#),
            ("\"\u{301}", "\\\"\u{301}"), ("\\\u{301}", "\\\\\u{301}"), ("驿站", "驿站"),
        ])
    func aLabelsValueCannotBreakOut(value: String, written: String) {
        registry.makeCounter(label: "yizhan_x_total", dimensions: [("endpoint", value)]).increment(by: 1)
        let line = #"yizhan_x_total{endpoint="\#(written)"} 1"#
        #expect(Array(registry.text().utf8).suffix(line.utf8.count + 1) == Array(line.utf8) + [UInt8(ascii: "\n")])
    }

    @Test func bucketsAddUpAndTheLastHoldsAll() {
        let recorder = registry.makeRecorder(label: "yizhan_inbox_group_events", dimensions: [], aggregate: true)
        for value in [1, 2, 3, 4, 256, 257, 1_000] as [Int64] { recorder.record(value) }
        let bounds = ["1.0", "2.0", "4.0", "8.0", "16.0", "32.0", "64.0", "128.0", "256.0", "+Inf"]
        let counts = [1, 2, 4, 4, 4, 4, 4, 4, 5, 7]
        let buckets = zip(bounds, counts).map { #"yizhan_inbox_group_events_bucket{le="\#($0)"} \#($1)"# }
        #expect(
            lines == [
                "# HELP yizhan_inbox_group_events Events in one commit.", "# TYPE yizhan_inbox_group_events histogram",
            ] + buckets.map { $0[...] } + ["yizhan_inbox_group_events_sum 1523.0", "yizhan_inbox_group_events_count 7"])
    }

    @Test func aGaugeGoesUpAndDown() {
        let meter = registry.makeMeter(label: "yizhan_x", dimensions: [])
        meter.set(2.5)
        meter.increment(by: 1)
        meter.decrement(by: 3)
        #expect(lines == ["# HELP yizhan_x Not described.", "# TYPE yizhan_x gauge", "yizhan_x 0.5"])
    }

    @Test func aGaugeThatIsTakenAwayIsNotWrittenAnyMoreAndTheOthersAre() {
        let gone = registry.makeMeter(label: "yizhan_x", dimensions: [("endpoint", "a")])
        registry.makeMeter(label: "yizhan_x", dimensions: [("endpoint", "b")]).set(Int64(2))
        gone.set(Int64(1))
        registry.destroyMeter(gone)
        #expect(lines.dropFirst(2) == [#"yizhan_x{endpoint="b"} 2.0"#])
    }

    @Test func timesAreInSeconds() {
        let timer = registry.makeTimer(label: "yizhan_x_seconds", dimensions: [])
        timer.recordNanoseconds(1_500_000_000)
        #expect(lines.contains("yizhan_x_seconds_sum 1.5") && lines.contains("yizhan_x_seconds_count 1"))
    }

    @Test func countsOfManyThreadsAreAllThere() async {
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask { [registry] in
                    for _ in 0..<1_000 {
                        registry.makeCounter(label: "yizhan_x_total", dimensions: []).increment(by: 1)
                        registry.makeRecorder(label: "yizhan_y", dimensions: [], aggregate: true).record(Int64(1))
                    }
                }
            }
        }
        #expect(lines.contains("yizhan_x_total 8000") && lines.contains("yizhan_y_count 8000"))
    }

    @Test func nothingCountedIsNothingWritten() {
        #expect(registry.text().isEmpty)
    }
}
