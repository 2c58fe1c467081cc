import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

/// A merchant's system on loopback, which keeps what it gets and answers what it is told to.
final class LoopbackMerchant: Sendable {
    struct Call: Sendable {
        let target: String
        let headers: HTTPFields
        let body: [UInt8]
    }

    typealias Conduct = @Sendable (_ merchant: LoopbackMerchant, _ number: Int) async -> (status: Int, body: String)

    fileprivate struct State {
        var calls: [Call] = []
        var running = 0
        var peak = 0
        var connections = 0
    }

    let port: Int
    private let state: Counts

    final class Counts: Sendable {
        fileprivate let state = Mutex(State())
        fileprivate let gate = Gate()
    }

    private init(port: Int, state: Counts) {
        self.port = port
        self.state = state
    }

    var url: String { "http://127.0.0.1:\(port)/hooks?shop=1" }
    var calls: [Call] { state.state.withLock { $0.calls } }
    /// The most calls that ran at once.
    var peak: Int { state.state.withLock { $0.peak } }
    var running: Int { state.state.withLock { $0.running } }
    var connections: Int { state.state.withLock { $0.connections } }

    /// Calls that hang go on.
    func open() {
        state.gate.open()
    }

    /// Until `open` is called, or the connection ends.
    func hang() async {
        do {
            try await state.gate.pass()
        } catch {
            // The connection has ended.
        }
    }

    /// Runs a merchant on a free port for as long as `body` runs. `conduct` is told the number of the call, from 1.
    static func run<Result>(
        _ conduct: @escaping Conduct = { _, _ in (200, "") }, _ body: (LoopbackMerchant) async throws -> Result
    ) async throws -> Result {
        let counts = Counts()
        let ports = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            responder: CallbackResponder { (request: Request, _: BasicRequestContext) in
                var request = request
                let body = try await request.collectBody(upTo: 1 << 20)
                let call = Call(
                    target: request.head.path ?? "", headers: request.headers, body: Array(body.readableBytesView))
                let number = counts.state.withLock { state in
                    state.calls.append(call)
                    state.running += 1
                    state.peak = max(state.peak, state.running)
                    return state.calls.count
                }
                defer { counts.state.withLock { $0.running -= 1 } }
                let port = request.head.authority.flatMap { Int($0.drop { $0 != ":" }.dropFirst()) } ?? 0
                let answer = await conduct(LoopbackMerchant(port: port, state: counts), number)
                return Response(
                    status: .init(code: answer.status), body: ResponseBody(byteBuffer: ByteBuffer(string: answer.body)))
            },
            configuration: .init(
                address: .hostname("127.0.0.1", port: 0), availableConnectionsDelegate: ConnectionCount(counts: counts)),
            onServerRunning: { ports.continuation.yield($0.localAddress?.port ?? 0) },
            logger: .silent)
        let group = ServiceGroup(configuration: .init(services: [application], logger: .silent))
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { ports.continuation.finish() }
                try await group.run()
            }
            var iterator = ports.stream.makeAsyncIterator()
            let merchant = LoopbackMerchant(port: try #require(await iterator.next()), state: counts)
            let result: Swift.Result<Result, any Error>
            do {
                result = .success(try await body(merchant))
            } catch {
                result = .failure(error)
            }
            merchant.open()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return try result.get()
        }
    }

    private struct ConnectionCount: AvailableConnectionsDelegate {
        let counts: Counts

        func connectionOpened() { counts.state.withLock { $0.connections += 1 } }
        func connectionClosed() { counts.state.withLock { $0.connections -= 1 } }
        func isAcceptingNewConnections() -> Bool { true }
    }
}

extension Logger {
    static let silent = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }
}
