import HTTPTypes
import Hummingbird
package import HummingbirdCore
package import Logging
package import NIOCore
import RelayCore
import ServiceLifecycle

/// The door for operators: never the platforms' port.
package struct AdminServer: Service {
    private let application: Application<CallbackResponder<CallContext>>

    package init(
        address: BindAddress, checks: [HealthCheck], metrics: @escaping @Sendable () -> String,
        group: any EventLoopGroup, logger: Logger,
        onServerRunning: @escaping @Sendable (Int?) async -> Void = { _ in }
    ) {
        self.application = Application(
            responder: CallbackResponder { request, _ in
                guard request.method == .get || request.method == .head else {
                    return Response(status: .methodNotAllowed, headers: [.allow: "GET, HEAD"])
                }
                let response =
                    switch request.uri.path {
                    case "/livez": Response(json: ["status": "ok"], status: .ok)
                    case "/readyz": await Self.readiness(checks)
                    case "/metrics": Response(text: metrics())
                    default: Response(json: ["error": "there is /livez, /readyz and /metrics"], status: .notFound)
                    }
                return response.answering(request.method)
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

/// One thing without which the relay can take no events.
package struct HealthCheck: Sendable {
    package let name: String
    /// Nil if all is well.
    package let problem: @Sendable () async -> String?

    package init(_ name: String, problem: @escaping @Sendable () async -> String?) {
        self.name = name
        self.problem = problem
    }
}

extension Response {
    fileprivate init(json: JSON, status: HTTPResponse.Status) {
        self.init(
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.serialized() + [UInt8(ascii: "\n")])))
    }

    fileprivate init(text: String) {
        self.init(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
