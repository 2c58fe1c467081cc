import NIOCore
import Testing

@testable import Yizhan

struct HTTPMessageScannerTests {
    private static let messages = """
        HTTP/1.1 200 OK\r
        Content-Type: application/json\r
        content-length: 12\r
        \r
        {"result":0}HTTP/1.1 503 Service Unavailable\r
        Content-Length:0\r
        \r

        """

    @Test func messagesAreTheSameHoweverTheyAreCutUp() throws {
        let bytes = Array(Self.messages.utf8)
        for size in 1...bytes.count {
            var scanner = HTTPMessageScanner()
            var seen: [String] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                var part = ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)])
                scanner.add(&part)
                while let message = try scanner.next() {
                    seen.append("\(message.firstLine): \(String(buffer: message.body))")
                }
            }
            try #require(
                seen == ["HTTP/1.1 200 OK: {\"result\":0}", "HTTP/1.1 503 Service Unavailable: "], "in parts of \(size)"
            )
        }
    }

    @Test func aRequestWithoutALengthHasNoBody() throws {
        var scanner = HTTPMessageScanner()
        var bytes = ByteBuffer(string: "GET /counts HTTP/1.1\r\nHost: content-length\r\n\r\n")
        scanner.add(&bytes)
        let message = try #require(try scanner.next())
        #expect(message.firstLine == "GET /counts HTTP/1.1")
        #expect(message.body.readableBytes == 0)
        #expect(try scanner.next() == nil)
    }

    @Test func anAnswerThatDoesNotSayWhereItEndsIsNotGuessedAt() {
        var scanner = HTTPMessageScanner()
        var bytes = ByteBuffer(string: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        scanner.add(&bytes)
        #expect(throws: BenchFailure.self) { try scanner.next() }
    }
}
