import NIOHTTP1

/// The final answer of a call; interim (1xx) ones are skipped. Redirects are answers like any other.
package struct HTTPAnswer: Equatable, Sendable {
    /// Longer bodies are cut here, unless the call allows more, and their connection is closed.
    package static let maximumBodyByteCount = 64 * 1024
    /// Status lines and headers, interim answers included; names and values of trailers and headers as well.
    package static let maximumHeadByteCount = 16 * 1024

    package let status: Int
    package private(set) var body: [UInt8] = []
    package private(set) var isBodyTruncated = false
    private let headers: HTTPHeaders
    private let bodyLimit: Int

    init(head: HTTPResponseHead, bodyLimit: Int = Self.maximumBodyByteCount) {
        self.bodyLimit = bodyLimit
        status = Int(head.status.code)
        headers = head.headers
    }

    /// All values of a header, in order; the name in any case.
    package func values(of name: String) -> [String] { headers[name] }

    /// The first value of a header; the name in any case.
    package func value(of name: String) -> String? { headers.first(name: name) }

    mutating func append(_ bytes: some Collection<UInt8>) {
        let room = bodyLimit - body.count
        body.append(contentsOf: bytes.prefix(room))
        isBodyTruncated = isBodyTruncated || bytes.count > room
    }
}

extension HTTPAnswer: CustomStringConvertible {
    /// Without header values and body.
    package var description: String {
        "status \(status), \(body.count) bytes\(isBodyTruncated ? " and more" : "")"
    }
}
