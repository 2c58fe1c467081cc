import HummingbirdCore
import NIOPosix
import Platforms
import RelayCore
import Testing

@testable import Server

/// What one door answers, the other does not know.
@Suite struct DoorsApartTests {
    private static let adminRoutes = AdminServer.routes(
        checks: [], metrics: { "" }, authorizations: RecordingAuthorizations())

    @Test(arguments: ["GET", "POST", "DELETE", "HEAD"])
    func noAdminPathIsReachedOnThePlatformsPort(method: String) async throws {
        #expect(Self.adminRoutes.count >= 4)
        try await RunningServer.run { server in
            for route in Self.adminRoutes {
                let path = route.path.replacing("{shopId}", with: "1")
                for prefix in ["", "/in", "/in/teahouse-rrx", "/in/teahouse-rrx/.."] {
                    try await server.connect { connection in
                        try await connection.send(RawConnection.request(method, prefix + path))
                        let status = try await connection.answer(hasBody: method != "HEAD").status
                        #expect([404, 429].contains(status), "\(method) \(prefix + path)")
                    }
                }
            }
        }
    }

    @Test func noPlatformPathIsReachedOnTheAdminPort() async throws {
        let authorizations = RecordingAuthorizations()
        try await serving { onRunning in
            AdminServer(
                address: .hostname("127.0.0.1", port: 0), checks: [], metrics: { "" }, authorizations: authorizations,
                group: MultiThreadedEventLoopGroup.singleton, logger: LogLines().logger, onServerRunning: onRunning)
        } body: { port in
            for callback in PlatformList.all.flatMap(\.callbacks) {
                for app in [teahouse, union] {
                    for method in callback.methods {
                        try await RawConnection.open(to: port) { connection in
                            let path = "/in/\(app.name)/\(callback.path)"
                            try await connection.send(RawConnection.request(method, path, try goodsIssue()))
                            #expect(try await connection.answer().status == 404, "\(method) \(path)")
                        }
                    }
                }
            }
        }
        #expect(authorizations.asked.isEmpty)
    }
}
