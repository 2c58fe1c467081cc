import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import RelayCore
import ServiceLifecycle
import Synchronization

/// A merchant's system as the relay sees it: verifies each call, issues a voucher, and misbehaves as told.
final class SampleMerchant: Service {
    private static let maximumBodyBytes = 1024 * 1024
    /// Longer than any caller waits.
    private static let hangTime = Duration.seconds(600)

    private static let webhookID = HTTPField.Name("webhook-id")
    private static let webhookTimestamp = HTTPField.Name("webhook-timestamp")
    private static let webhookSignature = HTTPField.Name("webhook-signature")

    private struct State {
        var sightings: SightingCounter
        var calls: [ReceivedCall] = []
    }

    private let listen: ListenAddress
    private let signature: MerchantSignature
    private let conduct: MerchantConduct
    private let callsKept: Int
    private let observe: @Sendable (ReceivedCall) throws -> Void
    private let onReady: @Sendable (_ port: Int) async -> Void
    private let state: Mutex<State>

    /// - Parameters:
    ///   - callsKept: how many calls, the latest ones, `calls` has.
    ///   - keysKept: how many events are known again when they come again.
    ///   - observe: called before a call is answered; a call that it throws at is answered 500.
    ///   - onReady: called once, with the port that is bound.
    init(
        listen: ListenAddress, signature: MerchantSignature, conduct: MerchantConduct = MerchantConduct(),
        callsKept: Int = 1_000, keysKept: Int = 200_000,
        observe: @escaping @Sendable (ReceivedCall) throws -> Void = { _ in },
        onReady: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        self.listen = listen
        self.signature = signature
        self.conduct = conduct
        self.callsKept = callsKept
        self.observe = observe
        self.onReady = onReady
        state = Mutex(State(sightings: SightingCounter(capacity: keysKept)))
    }

    /// The oldest first.
    var calls: [ReceivedCall] {
        state.withLock { Array($0.calls.suffix(callsKept)) }
    }

    func run() async throws {
        try await Application(
            responder: CallbackResponder { (request: Request, _: MerchantContext) in
                try await self.answer(request)
            },
            configuration: .init(address: listen.bindAddress, backlog: 1_024),
            onServerRunning: { await self.onReady($0.localAddress?.port ?? self.listen.port) },
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton),
            logger: Logger(label: "merchant", factory: { _ in SwiftLogNoOpLogHandler() })
        ).run()
    }

    private func answer(_ request: Request) async throws -> Response {
        let headers = request.headers
        let body = try await request.body.collect(upTo: Self.maximumBodyBytes)
        let call = MerchantCall(
            contentType: headers[.contentType], webhookID: headers.value(of: Self.webhookID),
            timestamp: headers.value(of: Self.webhookTimestamp), signature: headers.value(of: Self.webhookSignature),
            body: Array(body.readableBytesView))
        let deed = try take(call)
        if conduct.delay > .zero { await Task.pause(for: conduct.delay) }
        switch deed {
        case .answer(let status, let body):
            return Response(status: status, json: body)
        case .hang:
            await cancelWhenGracefulShutdown { await Task.pause(for: Self.hangTime) }
            return Response(status: 503, json: nil)
        }
    }

    private func take(_ call: MerchantCall) throws -> MerchantDeed {
        let now = SystemClock.unixMilliseconds()
        let verdict = signature.verdict(on: call, atUnixMilliseconds: now)
        let deed: MerchantDeed =
            switch verdict {
            case .right, .unchecked: conduct.deed(for: call, whim: .random(in: 0..<1))
            case .wrong: .answer(status: 401, ["error": "wrong signature"])
            }
        let received = state.withLock { state in
            let received = ReceivedCall(
                atUnixMilliseconds: now, call: call, timesSeen: state.sightings.count(call.idempotencyKey),
                verdict: verdict, deed: deed)
            state.calls.append(received)
            // Twice as many are let in, so that removing the old ones is rare.
            if state.calls.count > 2 * callsKept { state.calls.removeFirst(state.calls.count - callsKept) }
            return received
        }
        try observe(received)
        return deed
    }
}

/// A merchant asks for nothing but the request.
private struct MerchantContext: InitializableFromSource {
    init(source: ApplicationRequestContextSource) {}
}

extension Response {
    fileprivate init(status: Int, json: JSON?) {
        guard let json else {
            self.init(status: HTTPResponse.Status(code: status))
            return
        }
        self.init(
            status: HTTPResponse.Status(code: status), headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.serialized())))
    }
}

extension HTTPFields {
    fileprivate func value(of name: HTTPField.Name?) -> String? {
        name.flatMap { self[$0] }
    }
}
