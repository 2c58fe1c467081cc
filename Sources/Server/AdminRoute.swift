import HTTPTypes
import Hummingbird
import NIOCore
import RelayCore

/// One address of the operators' door, and what it does for each method.
struct AdminRoute: Sendable {
    typealias Answer = @Sendable (AdminCall) async -> Response

    /// `/meituan/shops/{shop}`: what is in braces stands for any one part.
    let path: String
    private let pattern: [Substring]
    private let answers: [(method: HTTPRequest.Method, answer: Answer)]

    init(_ path: String, _ answers: KeyValuePairs<HTTPRequest.Method, Answer>) {
        self.path = path
        self.pattern = Self.parts(path)
        self.answers = answers.map { (method: $0.key, answer: $0.value) }
    }

    /// What the parts in braces are, in their order; nil for another address.
    func match(_ path: String) -> [String]? {
        let parts = Self.parts(path)
        guard parts.count == pattern.count else { return nil }
        var found: [String] = []
        for (part, expected) in zip(parts, pattern) {
            if expected.hasPrefix("{") {
                found.append(String(part))
            } else if part != expected {
                return nil
            }
        }
        return found
    }

    func answer(_ call: AdminCall) async -> Response {
        let method = call.request.method == .head ? .get : call.request.method
        guard let answer = answers.first(where: { $0.method == method })?.answer else {
            return Response(
                json: ["error": .string("allowed here: \(allowed)")], status: .methodNotAllowed,
                headers: [.allow: allowed])
        }
        return await answer(call).answering(call.request.method)
    }

    /// Whoever answers GET answers HEAD.
    private var allowed: String {
        answers.flatMap { $0.method == .get ? ["GET", "HEAD"] : [$0.method.rawValue] }.joined(separator: ", ")
    }

    private static func parts(_ path: String) -> [Substring] {
        path.split(separator: "/", omittingEmptySubsequences: false)
    }
}

/// A call of an operator's.
struct AdminCall: Sendable {
    let request: Request
    let remoteAddress: SocketAddress?
    /// What stands for the braces of the route's path.
    let parts: [String]
}

extension Response {
    init(json: JSON, status: HTTPResponse.Status, headers: HTTPFields = [:]) {
        var headers = headers
        headers[.contentType] = "application/json"
        self.init(
            status: status, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.serialized() + [UInt8(ascii: "\n")])))
    }
}
