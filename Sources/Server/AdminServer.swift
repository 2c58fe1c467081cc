import HTTPTypes
import Hummingbird
package import HummingbirdCore
package import Logging
package import NIOCore
package import RelayCore
import ServiceLifecycle

/// The door for operators: never the platforms' port.
package struct AdminServer: Service {
    private let application: Application<CallbackResponder<CallContext>>

    package init(
        address: BindAddress, checks: [HealthCheck], metrics: @escaping @Sendable () -> String,
        authorizations: any ShopAuthorizations, group: any EventLoopGroup, logger: Logger,
        onServerRunning: @escaping @Sendable (Int?) async -> Void = { _ in }
    ) {
        let routes = Self.routes(checks: checks, metrics: metrics, authorizations: authorizations)
        self.application = Application(
            responder: CallbackResponder { request, context in
                await Self.answer(request, from: context.remoteAddress, routes)
            },
            server: .http1(configuration: .init(idleTimeout: .seconds(60))),
            configuration: .init(address: address),
            onServerRunning: { await onServerRunning($0.localAddress?.port) },
            eventLoopGroupProvider: .shared(group),
            logger: logger.quiet)
    }

    package func run() async throws {
        try await application.run()
    }

    static func routes(
        checks: [HealthCheck], metrics: @escaping @Sendable () -> String, authorizations: any ShopAuthorizations
    ) -> [AdminRoute] {
        [
            AdminRoute("/livez", [.get: { _ in Response(json: ["status": "ok"], status: .ok) }]),
            AdminRoute("/readyz", [.get: { _ in await Self.readiness(checks) }]),
            AdminRoute("/metrics", [.get: { _ in Response(metrics: metrics()) }]),
            AuthorizationDesk(authorizations: authorizations).route,
        ]
    }

    private static func answer(
        _ request: Request, from address: SocketAddress?, _ routes: [AdminRoute]
    ) async -> Response {
        for route in routes {
            guard let parts = route.match(request.uri.path) else { continue }
            return await route.answer(AdminCall(request: request, remoteAddress: address, parts: parts))
        }
        let paths = routes.map(\.path).joined(separator: ", ")
        return Response(json: ["error": .string("there is \(paths)")], status: .notFound).answering(request.method)
    }

    private static func readiness(_ checks: [HealthCheck]) async -> Response {
        var members: [JSON.Member] = []
        var isReady = true
        for check in checks {
            let problem = await check.problem()
            isReady = isReady && problem == nil
            members.append(JSON.Member(name: check.name, value: .string(problem ?? "ok")))
        }
        return Response(
            json: ["status": .string(isReady ? "ready" : "not ready"), "checks": .object(members)],
            status: isReady ? .ok : .serviceUnavailable)
    }
}

/// Where a call came from.
struct CallContext: InitializableFromSource {
    let remoteAddress: SocketAddress?

    init(source: ApplicationRequestContextSource) {
        remoteAddress = source.channel.remoteAddress
    }
}

extension Logger {
    /// The server's own messages, of starting and of broken connections, are no news at its usual levels.
    fileprivate var quiet: Logger {
        var logger = self
        if logger.logLevel < .warning, logger.logLevel > .trace { logger.logLevel = .warning }
        return logger
    }
}

extension Response {
    /// A body after the head of an answer to HEAD would be taken for the start of the next answer.
    func answering(_ method: HTTPRequest.Method) -> Response {
        method == .head ? createHeadResponse() : self
    }

    fileprivate init(metrics text: String) {
        self.init(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
