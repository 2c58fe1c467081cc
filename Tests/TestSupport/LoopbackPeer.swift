import HTTPTypes
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import NIOPosix
package import OutboundHTTP
import Synchronization
import Testing

/// Somebody else's system on loopback: keeps the calls, and answers as its script says.
package final class LoopbackPeer: Sendable {
    package struct Call: Sendable {
        package let method: String
        package let target: String
        package let contentType: String?
        package let body: [UInt8]
    }

    package struct Answer: Sendable {
        package var status: Int
        package var body: [UInt8]

        package init(status: Int = 200, body: [UInt8] = []) {
            self.status = status
            self.body = body
        }

        package static func text(_ text: String, status: Int = 200) -> Answer {
            Answer(status: status, body: Array(text.utf8))
        }

        /// None; the test's end ends it.
        package static func never() async throws -> Answer {
            try await Gate().pass()
            return Answer(status: 500)
        }
    }

    /// Is told the number of the call, from 1.
    package typealias Script = @Sendable (_ call: Call, _ number: Int) async throws -> Answer

    private let script: Script
    private let seen = Mutex<[Call]>([])

    private init(_ script: @escaping Script) {
        self.script = script
    }

    package var calls: [Call] { seen.withLock { $0 } }

    package static func with(
        _ script: @escaping Script, _ body: (_ peer: LoopbackPeer, _ port: Int) async throws -> Void
    ) async throws {
        let peer = LoopbackPeer(script)
        let ports = AsyncStream.makeStream(of: Int.self)
        try await withThrowingTaskGroup { group in
            group.addTask {
                defer { ports.continuation.finish() }
                try await Application(
                    responder: CallbackResponder { (request: Request, _: Context) in try await peer.answer(request) },
                    configuration: .init(address: .hostname("127.0.0.1", port: 0)),
                    onServerRunning: { ports.continuation.yield($0.localAddress?.port ?? 0) },
                    eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton), logger: .silent
                ).run()
            }
            var iterator = ports.stream.makeAsyncIterator()
            let port = try #require(await iterator.next())
            try await body(peer, port)
            group.cancelAll()
        }
    }

    private func answer(_ request: Request) async throws -> Response {
        let body = try await request.body.collect(upTo: 1 << 20)
        let call = Call(
            method: request.method.rawValue, target: request.head.path ?? "",
            contentType: request.headers[.contentType], body: Array(body.readableBytesView))
        let number = seen.withLock { seen in
            seen.append(call)
            return seen.count
        }
        let answer = try await script(call, number)
        return Response(
            status: HTTPResponse.Status(code: answer.status),
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
    }

    private struct Context: InitializableFromSource {
        init(source: ApplicationRequestContextSource) {}
    }
}

extension Logger {
    package static let silent = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }
}

extension Outside {
    package static func loopback(proxy: OutboundProxy? = nil) throws -> Outside {
        Outside(
            group: MultiThreadedEventLoopGroup.singleton, resolver: SystemResolver(threadCount: 1),
            trust: try systemTrust.get(), proxy: proxy)
    }
}

private let systemTrust = Result { try TLSTrust() }
