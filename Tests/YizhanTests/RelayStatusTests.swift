import RelayCore
import Testing

@testable import Yizhan

struct RelayStatusTests {
    @Test func theTableLinesUpWithChineseNamesAndSaysWhyAnEndpointIsPaused() {
        let lines = EndpointStatus.lines(
            [
                EndpointStatus(name: "erp", due: 1_200, scheduled: 3, inFlight: 32, oldestDueAge: .seconds(200)),
                EndpointStatus(name: "茶馆仓库系统", isPaused: true, pausedReason: "盘点\u{1B}[2J", dead: 1, refused: 20),
            ], .none)
        #expect(
            lines == [
                "endpoint       due  scheduled  in flight  oldest due  dead in 1h  refused in 1h",
                "erp           1200          3         32       3m20s           0              0",
                "茶馆仓库系统     0          0          0           -           1             20  paused: 盘点␛[2J",
            ])
    }

    @Test func pausedDeadAndUnbalancedAreRedAndOldIsYellow() {
        let colours = Colours(isTerminal: true, environment: [:])
        let status = RelayStatus.sample(
            [EndpointStatus(name: "erp", oldestDueAge: .seconds(300), isPaused: true, dead: 4)],
            days: [ReconciledDay(day: "2026-11-25", app: "rrx", difference: 2)])
        let text = status.lines(colours).joined(separator: "\n")
        for red in ["paused", "4", "reconciliation  DOES NOT BALANCE: tables were changed by hand"] {
            #expect(text.contains("\u{1B}[31m\(red)\u{1B}[0m"))
        }
        #expect(text.contains("\u{1B}[33m5m00s\u{1B}[0m"))
        let healthy = RelayStatus.sample([EndpointStatus(name: "erp", due: 5, oldestDueAge: .seconds(299), refused: 9)])
        #expect(!healthy.lines(colours).joined().contains("\u{1B}"))
        #expect(healthy.lines(colours).last == "reconciliation  balances")
    }

    @Test func aSheetThatDoesNotBalanceIsToldDayByDayUpToAFew() {
        let days = (1...7).map { ReconciledDay(day: "2026-11-0\($0)", app: "rrx", difference: $0 == 7 ? -1 : 2) }
        let told = ReconciledDay.verdict(on: days, .none)
        #expect(told.count == 7)
        #expect(told[1] == "  2026-11-03 rrx: 2 deliveries missing")
        #expect(told[5] == "  2026-11-07 rrx: 1 delivery that nobody accepted")
        #expect(told[6] == "  … 2 more: --reconciliation")
    }

    @Test func asJSONItHasTheSameNamesAsTheViews() {
        let status = RelayStatus.sample(
            [EndpointStatus(name: "erp", due: 1, oldestDueAge: .milliseconds(1_900))],
            days: [ReconciledDay(day: "2026-11-25", app: "rrx", accepted: 3, open: 2, difference: 1)])
        #expect(status.json["at"] == "2026-11-22T03:10:00.000Z")
        let endpoint: JSON = [
            "endpoint": "erp", "due": 1, "scheduled": 0, "in_flight": 0, "oldest_due_age_seconds": 1, "paused": false,
            "paused_reason": .null, "dead": 0, "refused": 0,
        ]
        #expect(status.json["endpoints"] == [endpoint])
        #expect(status.json["differences"]?.arrayValue?.first?["difference"] == 1)
        #expect(status.json["rejections"] == nil)
        #expect(status.json["reconciliation"] == nil)
    }

    @Test func refusedCallsHaveNamesOfParametersAndWhereTheyCameFrom() {
        let call = Rejection(
            atUnixMilliseconds: 0, app: nil, reason: "signature", detail: "sign differs", remoteAddress: "192.0.2.7",
            parameters: ["sign", "订单"])
        let status = RelayStatus.sample([], rejections: [call], request: .init(rejections: true))
        let json = status.json["rejections"]?.arrayValue?.first
        #expect(json?["app"] == .null)
        #expect(json?["parameters"] == ["sign", "订单"])
        let line = status.lines(.none).last
        #expect(line?.hasSuffix("  -    192.0.2.7  signature: sign differs  sign, 订单") == true)
    }

    @Test(arguments: [
        (0, "0s"), (59, "59s"), (60, "1m00s"), (200, "3m20s"), (7_500, "2h05m"), (86_399, "23h59m"),
        (86_400 * 3 + 4 * 3_600, "3d04h"),
    ])
    func anAgeIsToldInItsTwoGreatestUnits(seconds: Int, text: String) {
        #expect(Duration.seconds(seconds).coarse == text)
    }
}

extension RelayStatus {
    static func sample(
        _ endpoints: [EndpointStatus], days: [ReconciledDay] = [], rejections: [Rejection] = [],
        request: Request = Request()
    ) -> RelayStatus {
        RelayStatus(
            atUnixMilliseconds: 1_795_317_000_000, endpoints: endpoints, lastHour: HourOutcomes(),
            deadLetters: DeadLetterCount(count: 0), days: days, rejections: rejections, request: request)
    }
}
