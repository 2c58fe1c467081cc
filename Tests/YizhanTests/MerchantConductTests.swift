import RelayCore
import Testing

@testable import Yizhan

struct MerchantConductTests {
    @Test func anOrderAlwaysGetsTheSameVoucherAndAnotherOrderAnother() throws {
        let first = Voucher(orderNo: "19201704060281699381")
        #expect(first.rows == Voucher(orderNo: "19201704060281699381").rows)
        #expect(first.rows != Voucher(orderNo: "19201704060281699382").rows)
        #expect(first.number.count == 10)
        #expect(first.code.count == 6)
    }

    @Test func aWhimFallsIntoItsShare() {
        let conduct = MerchantConduct(failRate: 0.25, hangRate: 0.25)
        #expect(conduct.deed(for: call("a"), whim: 0.2) == .answer(status: 500, [:]))
        #expect(conduct.deed(for: call("a"), whim: 0.3) == .hang)
        #expect(conduct.deed(for: call("a"), whim: 0.5).description == "200 result 0")
    }

    @Test func anEventIsRefusedEachTimeOrNever() {
        let conduct = MerchantConduct(refuseRate: 0.5)
        let refused = (0..<200).filter { number in
            let deeds = Set([0.0, 0.5, 0.9].map { conduct.deed(for: call("event-\(number)"), whim: $0) })
            #expect(deeds.count == 1)
            return deeds.contains(.refused)
        }
        #expect(60...140 ~= refused.count)
    }

    @Test(arguments: [
        (MerchantConduct.Answer.accepted, "200 result 0"), (.refused, "200 result 1"), (.empty, "200"),
        (.status(503), "503"),
    ])
    func itAnswersWhatItIsTold(answer: MerchantConduct.Answer, text: String) {
        #expect("\(MerchantConduct(answer: answer).deed(for: call("a"), whim: 0))" == text)
    }

    @Test(arguments: ["result2", "99", "700", ""])
    func whatIsNoAnswerIsNotRead(text: String) {
        #expect(MerchantConduct.Answer(argument: text) == nil)
    }

    @Test func sightingsAreCountedAndTheOldestKeysForgotten() {
        var counter = SightingCounter(capacity: 2)
        #expect(["a", "a", "b", "a"].map { counter.count($0) } == [1, 2, 1, 3])
        #expect(counter.count("c") == 1)
        #expect(["b", "c"].map { counter.count($0) } == [2, 2])
        #expect(counter.count("a") == 1)
    }

    private func call(_ id: String) -> MerchantCall {
        MerchantCall(contentType: "application/json", webhookID: id, timestamp: nil, signature: nil, body: [])
    }
}
