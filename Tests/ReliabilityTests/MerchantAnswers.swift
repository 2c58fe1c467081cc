import NIOCore
import NIOHTTP1

/// What a merchant writes, byte for byte.
enum MerchantAnswers {
    static func answer(status: Int, result: Int?) -> ByteBuffer {
        let body = result.map { "{\"result\":\($0),\"msg\":\"\($0 == 0 ? "ok" : "没有领奖资格")\"}" } ?? ""
        return message(status, "content-type: application/json\r\ncontent-length: \(body.utf8.count)", body)
    }

    static func redirect(to target: String) -> ByteBuffer {
        message(307, "location: \(target)\r\ncontent-length: 0", "")
    }

    static let megabyte: ByteBuffer = message(
        200, "content-type: text/plain\r\ncontent-length: \(1 << 20)",
        String(repeating: "驿", count: (1 << 20) / 3) + ".")

    static func garbage(_ kind: Garbage) -> ByteBuffer {
        let yes = "{\"result\":0,\"msg\":\"ok\"}"
        return switch kind {
        case .anotherProtocol: ByteBuffer(string: "SSH-2.0-OpenSSH_9.2p1\r\n\(yes)\r\n")
        // The connection is closed behind it.
        case .shortBody: message(200, "content-length: \(yes.utf8.count + 7)", yes)
        case .twoLengths: message(200, "content-length: \(yes.utf8.count)\r\ncontent-length: 3", yes)
        case .noLength: message(200, "content-length: plenty", yes)
        case .brokenChunks: message(200, "transfer-encoding: chunked", "zz\r\n\(yes)\r\n0\r\n\r\n")
        case .brokenHead: ByteBuffer(string: "HTTP/1.1 200 OK\r\ncontent-length \(yes.utf8.count)\r\n\r\n\(yes)")
        }
    }

    private static func message(_ status: Int, _ headers: String, _ body: String) -> ByteBuffer {
        let reason = HTTPResponseStatus(statusCode: status).reasonPhrase
        return ByteBuffer(string: "HTTP/1.1 \(status) \(reason)\r\n\(headers)\r\n\r\n\(body)")
    }
}
