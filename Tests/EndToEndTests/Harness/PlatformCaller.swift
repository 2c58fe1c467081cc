import Crypto
import Foundation
import RelayCore

/// Plays RenRenXiu: signs calls, posts them, and measures the answers.
struct PlatformCaller: Sendable {
    struct ConnectionClosed: Error {}

    struct Reply: Sendable {
        let status: Int
        let headers: [String: String]
        let body: [UInt8]
        let latency: Duration

        var text: String { String(decoding: body, as: UTF8.self) }
        /// Nil where the body is not JSON.
        var json: JSON? { try? JSON(parsing: body) }
        var result: Int? { json?["result"]?.intValue }
        var msg: String? { json?["msg"]?.stringValue }
    }

    typealias Parameters = [(name: String, value: String)]

    let port: Int
    var app = RelayFile.app
    var appKey = RelayFile.appKey
    var secret = RelayFile.appSecret

    var path: String { "/in/\(app)/goods/issue" }

    /// Posts a goods issue with a right signature.
    /// - Parameter age: how long before now its `time_stamp` is.
    func issue(
        _ orderNo: String, _ more: KeyValuePairs<String, String> = [:], goods: String = "zp_001", age: Duration = .zero
    ) async throws -> Reply {
        try await post(form(parameters(orderNo, more, goods: goods, age: age)))
    }

    /// Whether the connection ended before there was an answer.
    func issueUnanswered(_ orderNo: String) async -> Bool {
        do {
            _ = try await issue(orderNo)
            return false
        } catch {
            return true
        }
    }

    /// Unsigned, in no particular order.
    func parameters(
        _ orderNo: String, _ more: KeyValuePairs<String, String> = [:], goods: String = "zp_001", age: Duration = .zero
    ) -> Parameters {
        let time = Int64(Date().timeIntervalSince1970 * 1_000) - Int64(age / .milliseconds(1))
        return [
            ("order_no", orderNo), ("goods_code", goods), ("openid", "ot1UbuBBzlE6IjEDWfyXQW3dy2S4"),
            ("app_key", appKey), ("time_stamp", String(time)),
        ] + more.map { ($0.key, $0.value) }
    }

    /// A body with its signature, everything escaped but letters and digits.
    func form(_ parameters: Parameters) -> [UInt8] {
        let signed = parameters + [("sign", signature(of: parameters))]
        return Array(signed.map { "\(Self.escaped($0.name))=\(Self.escaped($0.value))" }.joined(separator: "&").utf8)
    }

    /// Written from the published rules, and not from the relay's code.
    func signature(of parameters: Parameters) -> String {
        let text = parameters.filter { !$0.value.isEmpty && $0.name != "sign" }
            .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
            .map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        return Insecure.MD5.hash(data: Data((text + secret).utf8)).map { String(format: "%02X", $0) }.joined()
    }

    func post(
        _ body: [UInt8], method: String = "POST", path: String? = nil,
        contentType: String? = "application/x-www-form-urlencoded"
    ) async throws -> Reply {
        try await send(head(bodyBytes: body.count, method: method, path: path, contentType: contentType) + body)
    }

    /// Sends a request as it is, on a connection of its own.
    func send(_ request: [UInt8]) async throws -> Reply {
        let start = ContinuousClock.now
        let answer = try await RawConnection.with(port: port) { connection in
            try await connection.send(request)
            return try await connection.answer()
        }
        guard let answer else { throw ConnectionClosed() }
        return Reply(
            status: answer.status, headers: answer.headers, body: answer.body, latency: ContinuousClock.now - start)
    }

    /// - Parameter more: further lines.
    func head(
        bodyBytes: Int, method: String = "POST", path: String? = nil,
        contentType: String? = "application/x-www-form-urlencoded", more: [String] = []
    ) -> [UInt8] {
        var lines = [
            "\(method) \(path ?? self.path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Content-Length: \(bodyBytes)",
        ]
        if let contentType { lines.append("Content-Type: \(contentType)") }
        lines += more
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                String(UnicodeScalar(byte))
            default:
                String(format: "%%%02X", byte)
            }
        }.joined()
    }
}
