/// One request. `Host`, `Content-Length` and the connection's own headers are added on the way out and must not be in
/// `headers`.
package struct HTTPCall: Sendable {
    package enum Method: Sendable {
        /// Sent without a body.
        case get
        case post
    }

    package var method: Method
    /// Path and query, percent-encoded; starts with `/`.
    package var target: String
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    /// A longer body of the answer is cut there.
    package var answerLimit: Int

    package init(
        method: Method, target: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        answerLimit: Int = HTTPAnswer.maximumBodyByteCount
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.answerLimit = answerLimit
    }

    /// What keeps the call from being written without changing its meaning, such as a line break in a header.
    var flaw: String? {
        guard target.utf8.first == UInt8(ascii: "/"), target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            return "the request target is not a percent-encoded path"
        }
        for (name, value) in headers {
            guard !name.isEmpty, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: ":") }) else {
                return "a header's name has a forbidden character"
            }
            guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }) else {
                return "the value of the header \(name) has a control character"
            }
        }
        return nil
    }
}

extension HTTPCall: CustomStringConvertible {
    /// Without query, header values and body.
    package var description: String {
        "\(method == .get ? "GET" : "POST") \(target.prefix { $0 != "?" }), \(body.count) bytes"
    }
}
