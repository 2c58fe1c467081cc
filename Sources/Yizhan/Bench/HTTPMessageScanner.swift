import NIOCore

/// Cuts what came on a connection into HTTP/1.1 messages. For the bench's own peers, all of which say how long a body is:
/// a whole parser would take a good part of the time that is to be measured.
struct HTTPMessageScanner {
    struct Message {
        /// `POST /m/3 HTTP/1.1`, or `HTTP/1.1 200 OK`.
        let firstLine: String
        let body: ByteBuffer
    }

    private static let longest = 1 << 20

    private var unread = ByteBuffer()

    mutating func add(_ bytes: inout ByteBuffer) {
        if unread.readableBytes == 0 {
            unread = bytes
        } else {
            unread.writeBuffer(&bytes)
        }
    }

    /// Nil until there is a whole message.
    mutating func next() throws(BenchFailure) -> Message? {
        let found = unread.withUnsafeReadableBytes { Self.scan($0) }
        guard let (headBytes, lineBytes, bodyBytes) = found else {
            guard unread.readableBytes < Self.longest else { throw .unreadable("a message", what: "where it ends") }
            return nil
        }
        guard let bodyBytes else { throw .unreadable("a message", what: "how long its body is") }
        guard unread.readableBytes >= headBytes + bodyBytes else { return nil }
        let firstLine = unread.getString(at: unread.readerIndex, length: lineBytes) ?? ""
        unread.moveReaderIndex(forwardBy: headBytes)
        return Message(firstLine: firstLine, body: unread.readSlice(length: bodyBytes) ?? ByteBuffer())
    }

    /// Returns the lengths of the head, of its first line, and of the body: 0 for a request without one, nil where an
    /// answer does not say.
    private static func scan(_ bytes: UnsafeRawBufferPointer) -> (head: Int, line: Int, body: Int?)? {
        guard let end = bytes.place(of: "\r\n\r\n"), let line = bytes.place(of: "\r\n") else { return nil }
        let head = UnsafeRawBufferPointer(rebasing: bytes[..<(end + 2)])
        let isAnswer = head.starts(with: "HTTP".utf8)
        return (head.count + 2, line, length(in: head) ?? (isAnswer ? nil : 0))
    }

    private static func length(in head: UnsafeRawBufferPointer) -> Int? {
        let name = Array("content-length:".utf8)
        var start = 0
        while let feed = head[start...].firstIndex(of: UInt8(ascii: "\n")) {
            start = feed + 1
            let line = head[start...]
            guard line.count > name.count, zip(line, name).allSatisfy({ $0 | 0x20 == $1 | 0x20 }) else { continue }
            let digits = line.dropFirst(name.count).drop { $0 == UInt8(ascii: " ") }.prefix { 48...57 ~= $0 }
            return digits.isEmpty ? nil : digits.reduce(0) { ($0 &* 10) &+ Int($1 - 48) }
        }
        return nil
    }
}
