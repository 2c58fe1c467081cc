/// An answer as it came over the wire. Read here by hand, so that the relay's own client has no part in its tests.
struct HTTPAnswer: Sendable {
    struct Malformed: Error {
        let head: String
    }

    let status: Int
    /// Names in small letters.
    let headers: [String: String]
    let body: [UInt8]

    /// The first answer in `bytes` and what comes after it; nil while it is not complete.
    static func parse(_ bytes: [UInt8]) throws -> (HTTPAnswer, rest: ArraySlice<UInt8>)? {
        guard let headEnd = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let head = String(decoding: bytes[..<headEnd.lowerBound], as: UTF8.self)
        let lines = head.split(separator: "\r\n")
        let statusLine = (lines.first ?? "").split(separator: " ")
        guard statusLine.count > 1, statusLine[0] == "HTTP/1.1", let status = Int(statusLine[1]) else {
            throw Malformed(head: head)
        }
        let headers = lines.dropFirst().reduce(into: [String: String]()) { headers, line in
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.count > 1 ? parts[1].drop { $0 == " " }.description : ""
        }
        // Chunked answers do not come from the relay.
        guard let length = headers["content-length"].flatMap({ Int($0) }) else { throw Malformed(head: head) }
        guard bytes.endIndex - headEnd.upperBound >= length else { return nil }
        let bodyEnd = headEnd.upperBound + length
        let answer = HTTPAnswer(status: status, headers: headers, body: Array(bytes[headEnd.upperBound..<bodyEnd]))
        return (answer, bytes[bodyEnd...])
    }
}
