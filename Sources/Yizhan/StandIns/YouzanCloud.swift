import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import RelayCore
import ServiceLifecycle
import Synchronization

/// Youzan Cloud as the relay sees it: issues access tokens, takes API calls, and misbehaves as told.
final class YouzanCloud: Service {
    private static let maximumBodyBytes = 1024 * 1024

    private let listen: ListenAddress
    private let conduct: YouzanCloudConduct
    private let observe: @Sendable (YouzanCloudCall) -> Void
    private let onReady: @Sendable (_ port: Int) async -> Void
    private let books: Mutex<YouzanCloudBooks>

    /// - Parameters:
    ///   - observe: called before a call is answered.
    ///   - onReady: called once, with the port that is bound.
    init(
        listen: ListenAddress, conduct: YouzanCloudConduct,
        observe: @escaping @Sendable (YouzanCloudCall) -> Void,
        onReady: @escaping @Sendable (_ port: Int) async -> Void
    ) {
        self.listen = listen
        self.conduct = conduct
        self.observe = observe
        self.onReady = onReady
        books = Mutex(YouzanCloudBooks(conduct))
    }

    func run() async throws {
        try await Application(
            responder: CallbackResponder { (request: Request, _: CloudContext) in
                try await self.answer(request)
            },
            configuration: .init(address: listen.bindAddress, backlog: 1_024),
            onServerRunning: { await self.onReady($0.localAddress?.port ?? self.listen.port) },
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton),
            logger: Logger(label: "youzan-cloud", factory: { _ in SwiftLogNoOpLogHandler() })
        ).run()
    }

    private func answer(_ request: Request) async throws -> Response {
        let content = try await request.body.collect(upTo: Self.maximumBodyBytes)
        // What is not JSON is refused where JSON is asked for.
        let body = try? JSON(parsing: Array(content.readableBytesView))
        if conduct.delay > .zero { await Task.pause(for: conduct.delay) }
        let now = SystemClock.unixMilliseconds()
        let whim = Double.random(in: 0..<1)
        let contentType = request.headers[.contentType]
        let path = request.uri.path.split(separator: "/").map(String.init)
        if request.method == .post, path == ["auth", "token"] {
            let (answer, result) = books.withLock {
                $0.token(for: body, contentType: contentType, issuing: Self.newToken(), at: now, whim: whim)
            }
            observe(
                YouzanCloudCall(
                    atUnixMilliseconds: now, kind: .token(clientID: body?["client_id"]?.stringValue),
                    shop: body?["grant_id"]?.stringValue, result: result))
            return Response(answer)
        }
        if request.method == .post, path.count == 3, path[0] == "api" {
            let token = request.uri.queryParameters["access_token"].map(String.init)
            let (answer, shop, result) = books.withLock {
                $0.call(body, contentType: contentType, token: token, at: now, whim: whim)
            }
            observe(
                YouzanCloudCall(
                    atUnixMilliseconds: now, kind: .api(name: path[1], version: path[2], body: body), shop: shop,
                    result: result))
            return Response(answer)
        }
        observe(
            YouzanCloudCall(
                atUnixMilliseconds: now, kind: .unknown(path: request.uri.path), shop: nil, result: "not found"))
        return Response(status: .notFound)
    }

    /// With characters that have to be escaped in an address.
    private static func newToken() -> String {
        String(UInt64.random(in: .min ... .max), radix: 16) + "+/" + String(UInt64.random(in: .min ... .max), radix: 16)
            + "="
    }
}

/// The cloud asks for nothing but the request.
private struct CloudContext: InitializableFromSource {
    init(source: ApplicationRequestContextSource) {}
}

extension Response {
    fileprivate init(_ answer: YouzanCloudAnswer) {
        switch answer {
        case .json(let json):
            self.init(
                status: .ok, headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.serialized())))
        case .broken:
            self.init(
                status: .internalServerError, headers: [.contentType: "text/html"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: "<html>500</html>")))
        }
    }
}
