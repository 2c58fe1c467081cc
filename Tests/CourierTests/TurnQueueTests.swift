import RelayCore
import Testing

@testable import Courier

@Suite struct TurnQueueTests {
    @Test func onlyTheFirstOfABurstAsksToBeServed() {
        let queue = TurnQueue()
        #expect(queue.put(.test(1)) && !queue.put(.test(2)) && !queue.put(.test(3)))
        #expect(queue.takePass().map(\.event.orderNo) == ["order-1", "order-2", "order-3"])
        // Whoever serves looks once more before it leaves.
        #expect(!queue.put(.test(4)))
        #expect(queue.goesOn())
        #expect(queue.takePass().map(\.event.orderNo) == ["order-4"])
        #expect(!queue.goesOn())
        #expect(queue.put(.test(5)))
    }

    @Test func aPassIsShortAndKeepsTheOrder() {
        let queue = TurnQueue()
        for number in 1...70 { _ = queue.put(.test(number)) }
        var taken: [String] = []
        var passes: [Int] = []
        repeat {
            let pass = queue.takePass()
            passes.append(pass.count)
            taken += pass.map(\.event.orderNo)
        } while queue.goesOn()
        #expect(passes == [32, 32, 6])
        #expect(taken == (1...70).map { "order-\($0)" })
    }

    @Test func largeBodiesMakeAPassShorterButNeverEmpty() {
        let queue = TurnQueue()
        for number in 1...6 { _ = queue.put(.test(number, bodyBytes: 64 * 1_024)) }
        _ = queue.put(.test(7, bodyBytes: 1 << 20))
        #expect(queue.takePass().count == 4)
        #expect(queue.takePass().count == 3)
        _ = queue.put(.test(8, bodyBytes: 1 << 20))
        #expect(queue.takePass().count == 1)
    }
}
