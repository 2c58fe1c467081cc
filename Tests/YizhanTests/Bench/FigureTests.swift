import RelayCore
import Testing

@testable import Yizhan

struct FigureTests {
    private static func figure(_ rounds: [Double], against: [Double]?, _ target: Figure.Target?) -> Figure {
        Figure(
            phase: .ingest, name: "orders", unit: .perSecond, rounds: rounds,
            yardstick: against.map { Yardstick(name: "inserts", rounds: $0) }, target: target)
    }

    @Test func aRatioIsOfTheMediansAndTheTargetOfTheRatio() {
        let figure = Self.figure([10, 1_000, 30], against: [20, 1, 20], .atLeast(1.5))
        #expect(figure.median == 30)
        #expect(figure.ratio == 1.5)
        #expect(figure.isMet == true)
        #expect(Self.figure([29], against: [20], .atLeast(1.5)).isMet == false)
        #expect(Self.figure([31], against: [20], .atMost(1.5)).isMet == false)
    }

    @Test func withoutAYardstickTheTargetIsOfTheFigureItself() {
        #expect(Self.figure([65, 63, 64], against: nil, .atMost(64)).isMet == true)
        #expect(Self.figure([65], against: nil, .atMost(64)).isMet == false)
        #expect(Self.figure([65], against: nil, nil).isMet == nil)
    }

    @Test func aYardstickThatMeasuredNothingGivesNoRatio() {
        #expect(Self.figure([65], against: [0], nil).ratio == nil)
    }

    @Test(arguments: [([], 0), ([3], 3), ([5, 1], 3), ([9, 1, 2], 2), ([4, 1, 3, 2], 2.5)] as [([Double], Double)])
    func theMedianIsTheMiddle(values: [Double], median: Double) {
        #expect(values.median == median)
    }

    @Test(
        arguments: [
            (0, "0.00"), (1.006, "1.01"), (9.994, "9.99"), (99.95, "100.0"), (12.34, "12.3"), (1_234.5, "1235"),
            (-0.5, "-0.50"), (-0.001, "0.00"),
        ] as [(Double, String)])
    func aNumberHasAsManyDigitsAsMeanSomething(value: Double, text: String) {
        #expect(BenchReport.text(value) == text)
    }

    @Test func quantilesAreTheSmallestThatSuchAShareDoesNotExceed() {
        let thousand = Quantiles(Array(1...1_000).shuffled())
        #expect([thousand.p50, thousand.p99, thousand.p999, thousand.maximum] == [500, 990, 999, 1_000])
        let one = Quantiles([7])
        #expect([one.p50, one.p99, one.p999, one.maximum] == [7, 7, 7, 7])
        #expect(Quantiles([]).maximum == 0)
    }
}
