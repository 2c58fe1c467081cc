import RelayCore
import Testing

@testable import Yizhan

struct BulkRequeueTests {
    @Test func itSaysHowManyToWhomAndWithinWhatTime() {
        let bulk = BulkRequeue(state: "exhausted", endpoint: "茶馆", spread: .seconds(600))
        #expect(
            bulk.lines(count: 12) == [
                "12 exhausted deliveries to 茶馆 requeued, due one after the other within 10m"
            ])
        #expect(bulk.lines(count: 1) == ["1 exhausted delivery to 茶馆 requeued"])
    }

    @Test func itSaysThatThereMayBeMoreAndThatADryRunChangedNothing() {
        var bulk = BulkRequeue(state: "refused", maxRows: 5)
        #expect(bulk.lines(count: 5).last == "That is the most at a time (--max-rows): there may be more.")
        #expect(bulk.lines(count: 4) == ["4 refused deliveries requeued"])
        bulk.isDryRun = true
        #expect(bulk.lines(count: 4) == ["4 refused deliveries would be requeued", "dry run: nothing was changed"])
        let json: JSON = ["state": "refused", "endpoint": .null, "requeued": 4, "dry_run": true]
        #expect(bulk.json(count: 4) == json)
    }
}
