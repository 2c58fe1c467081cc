import RelayCore
import StandardWebhooks
import Testing

struct StandardEnvelopeTests {
    private let event = Event(
        id: EventID(unixMilliseconds: 1_795_317_000_123, random: 5), app: AppID(1), type: "goods.issue", orderNo: "1",
        body: [])

    @Test func theBodyHoldsTypeTimeAndFields() {
        let body = StandardEnvelope.body(of: event, fields: ["order_no": "1", "contacts": [["id": 3]]])
        #expect(
            String(decoding: body, as: UTF8.self)
                == #"{"type":"goods.issue","timestamp":"2026-11-22T03:10:00.123Z","data":{"order_no":"1","contacts":[{"id":3}]}}"#
        )
    }

    @Test func theIDIsTheEvents() {
        #expect(StandardEnvelope.id(of: event) == event.id.description)
    }
}
