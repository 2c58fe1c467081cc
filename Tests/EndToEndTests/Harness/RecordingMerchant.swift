import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import TestSupport
import Testing

/// A merchant's system that answers as its script says, and writes down what it saw.
final class RecordingMerchant: Sendable {
    /// Told to hang, it waits; the wait ends with the test.
    typealias Script = @Sendable (MerchantCall) async throws -> MerchantAnswer

    private let script: Script
    private let tls: TLSConfiguration?
    private let port = Mutex<Int?>(nil)
    private let seen = Mutex<[MerchantCall]>([])

    /// Runs `body` with a merchant, which ends with it.
    static func with<Result: Sendable>(
        tls: TLSConfiguration? = nil, _ script: @escaping Script,
        _ body: (RecordingMerchant, _ port: Int) async throws -> Result
    ) async throws -> Result {
        let merchant = RecordingMerchant(script, tls: tls)
        return try await withThrowingTaskGroup { group in
            group.addTask { try await merchant.serve() }
            var port: Int?
            try await eventually("the merchant listens") {
                port = merchant.port.withLock { $0 }
                return port != nil
            }
            let result = try await body(merchant, port ?? 0)
            group.cancelAll()
            return result
        }
    }

    private init(_ script: @escaping Script, tls: TLSConfiguration?) {
        self.script = script
        self.tls = tls
    }

    /// In the order in which they came.
    var calls: [MerchantCall] {
        seen.withLock { $0 }
    }

    func calls(of orderNo: String, at path: String? = nil) -> [MerchantCall] {
        calls.filter { $0.orderNo == orderNo && (path == nil || $0.path == path) }
    }

    /// Returns once an order has come so many times.
    func waitForCalls(_ count: Int = 1, of orderNo: String, within limit: Duration = .seconds(20)) async throws {
        try await eventually(within: limit, "order \(orderNo) reaches the merchant \(count) times") {
            calls(of: orderNo).count >= count
        }
    }

    func waitForAnyCall(at path: String) async throws {
        try await eventually(within: .seconds(20), "\(path) is called") { calls.contains { $0.path == path } }
    }

    private func serve() async throws {
        try await Application(
            responder: CallbackResponder { (request: Request, _: Context) in try await self.answer(request) },
            server: try tls.map { try .tls(tlsConfiguration: $0) } ?? .http1(),
            configuration: .init(address: .hostname("127.0.0.1", port: 0), backlog: 1_024),
            onServerRunning: { channel in self.port.withLock { $0 = channel.localAddress?.port } },
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton),
            logger: Logger(label: "merchant", factory: { _ in SwiftLogNoOpLogHandler() })
        ).run()
    }

    private func answer(_ request: Request) async throws -> Response {
        let body = try await request.body.collect(upTo: 1 << 20)
        let call = seen.withLock { seen in
            var call = MerchantCall(
                path: request.uri.path,
                headers: request.headers.reduce(into: [:]) { $0[$1.name.canonicalName] = $1.value },
                body: Array(body.readableBytesView))
            call.timesSeen = 1 + seen.count { $0.orderNo == call.orderNo && $0.path == call.path }
            seen.append(call)
            return call
        }
        let answer = try await script(call)
        var headers = HTTPFields()
        for (name, value) in answer.headers {
            guard let name = HTTPField.Name(name) else { continue }
            headers[name] = value
        }
        return Response(
            status: HTTPResponse.Status(code: answer.status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(string: answer.body)))
    }

    private struct Context: InitializableFromSource {
        init(source: ApplicationRequestContextSource) {}
    }
}
