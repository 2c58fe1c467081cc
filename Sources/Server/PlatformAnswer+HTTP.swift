import NIOCore
import NIOHTTP1
import RelayCore

extension PlatformAnswer {
    /// The whole answer as HTTP/1.1 has it, in one piece: head and body by themselves would be two writes. Nothing in it is
    /// a stranger's but the body.
    ///
    /// - Parameters:
    ///   - isLast: whether the connection ends with it.
    ///   - hasBody: false for an answer to HEAD, which tells of its body only.
    func written(isLast: Bool, hasBody: Bool) -> ByteBuffer {
        var bytes = ByteBufferAllocator().buffer(capacity: 256 + body.count)
        if status == 200 {
            bytes.writeStaticString("HTTP/1.1 200 OK\r\n")
        } else {
            bytes.writeString("HTTP/1.1 \(status) \(HTTPResponseStatus(statusCode: status).reasonPhrase)\r\n")
        }
        if !contentType.isEmpty {
            bytes.writeStaticString("Content-Type: ")
            bytes.writeString(contentType)
            bytes.writeStaticString("\r\n")
        }
        bytes.writeStaticString("Content-Length: ")
        bytes.writeString(String(body.count))
        bytes.writeStaticString("\r\n")
        if let seconds = retryAfterSeconds { bytes.writeString("Retry-After: \(seconds)\r\n") }
        if !allowedMethods.isEmpty { bytes.writeString("Allow: \(allowedMethods.joined(separator: ", "))\r\n") }
        if isLast { bytes.writeStaticString("Connection: close\r\n") }
        bytes.writeStaticString("\r\n")
        if hasBody { bytes.writeBytes(body) }
        return bytes
    }
}
