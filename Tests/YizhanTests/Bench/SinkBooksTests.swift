import NIOCore
import RelayCore
import Testing

@testable import Yizhan

struct SinkBooksTests {
    private static func call(_ orderNo: String) -> ByteBuffer {
        ByteBuffer(string: #"{"type":"goods.issue","data":{"order_no":"\#(orderNo)","goods_code":"zp_001"}}"#)
    }

    @Test func anOrderCountsWhenItComesFirst() {
        let books = SinkBooks()
        books.open(prefix: "yzb007", hung: [])
        #expect(books.note(Self.call("yzb0070000000002"), by: 0, at: 100))
        #expect(books.note(Self.call("yzb0070000000002"), by: 0, at: 200))
        #expect(books.note(Self.call("yzb0070000000000"), by: 1, at: 300))
        #expect(books.arrivals == [300, 0, 100])
        #expect(books.counts == ["calls": 3, "arrived": 2])
    }

    @Test func merchantsThatHangAnswerNothingAndGetNothing() {
        let books = SinkBooks()
        books.open(prefix: "yzb007", hung: [3])
        #expect(!books.note(Self.call("yzb0070000000000"), by: 3, at: 100))
        #expect(books.note(Self.call("yzb0070000000001"), by: 2, at: 100))
        #expect(books.counts == ["calls": 2, "arrived": 1])
    }

    @Test func ordersOfAnotherLoadAndCallsWithoutAnyAreAnsweredAndNotKept() {
        let books = SinkBooks()
        books.open(prefix: "yzb007", hung: [])
        #expect(books.note(Self.call("yzb0060000000000"), by: 0, at: 100))
        #expect(books.note(ByteBuffer(string: "yzb007000"), by: 0, at: 100))
        #expect(books.note(ByteBuffer(), by: 0, at: 100))
        #expect(books.counts == ["calls": 3, "arrived": 0])
    }
}
