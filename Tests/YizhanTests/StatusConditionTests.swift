import RelayCore
import Testing

@testable import Yizhan

struct StatusConditionTests {
    @Test(
        arguments: [
            ("oldest=10m", .oldest(.seconds(600))), ("due=1000", .due(1_000)), ("dead=1", .dead(1)),
            ("refused=50", .refused(50)), ("paused", .paused), ("difference", .difference),
        ] as [(String, StatusCondition)])
    func eachFormIsReadAndWrittenAlike(text: String, condition: StatusCondition) throws {
        #expect(try StatusCondition(text: text) == condition)
        #expect("\(condition)" == text)
    }

    @Test(
        arguments: [
            ("ded=1", .unknown("ded")), ("", .unknown("")), ("oldest", .valueMissing("oldest")),
            ("due", .valueMissing("due")), ("paused=erp", .valueUnexpected("paused")),
            ("difference=1", .valueUnexpected("difference")), ("oldest=10", .wrongDuration(.malformed)),
            ("due=0", .wrongCount("0")), ("due=-1", .wrongCount("-1")), ("dead=many", .wrongCount("many")),
            ("refused=", .wrongCount("")),
        ] as [(String, StatusConditionError)])
    func anythingElseIsRefusedWithTheReason(text: String, error: StatusConditionError) {
        #expect(throws: error) { try StatusCondition(text: text) }
    }

    @Test func aMistypedOneIsToldItsLikelyMeaning() {
        let text = "\(StatusConditionError.unknown("oldst"))"
        #expect(text.hasPrefix("did you mean oldest? conditions are oldest=DURATION, due=N"))
    }

    @Test func eachIsMetFromItsLimitOnAndNamesWhatMeetsIt() {
        let status = RelayStatus.sample(
            [
                EndpointStatus(
                    name: "erp", due: 12, oldestDueAge: .seconds(600), isPaused: true, pausedReason: "盘点", dead: 2,
                    refused: 3), EndpointStatus(name: "audit"),
            ], days: [ReconciledDay(day: "2026-11-25", app: "rrx", difference: -1)])
        let met: [(StatusCondition, String)] = [
            (.oldest(.seconds(600)), "oldest=10m: a delivery to erp has been due for 10m00s"),
            (.due(12), "due=12: 12 to erp are due"),
            (.dead(2), "dead=2: 2 to erp were exhausted or expired in the last hour"),
            (.refused(3), "refused=3: 3 to erp were refused in the last hour"),
            (.paused, "paused: erp, 盘点"),
            (.difference, "difference: 2026-11-25 rrx: 1 delivery that nobody accepted"),
        ]
        for (condition, finding) in met { #expect(condition.findings(in: status) == [finding]) }
        let unmet: [StatusCondition] = [.oldest(.milliseconds(600_001)), .due(13), .dead(3), .refused(4)]
        for condition in unmet { #expect(condition.findings(in: status).isEmpty) }
        let healthy = RelayStatus.sample([EndpointStatus(name: "audit")])
        for (condition, _) in met { #expect(condition.findings(in: healthy).isEmpty) }
    }
}
