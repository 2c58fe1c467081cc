import HummingbirdCore
import NIOPosix
import RelayCore
import Synchronization
import Testing

@testable import Server

@Suite struct AdminServerTests {
    private func run(
        _ checks: [HealthCheck] = [], _ body: (RawConnection) async throws -> Void
    ) async throws {
        try await serving { onRunning in
            AdminServer(
                address: .hostname("127.0.0.1", port: 0), checks: checks, metrics: { "metric 1\n" },
                authorizations: RecordingAuthorizations(), group: MultiThreadedEventLoopGroup.singleton,
                logger: LogLines().logger, onServerRunning: onRunning)
        } body: { port in
            try await RawConnection.open(to: port, body)
        }
    }

    private func get(_ path: String, _ connection: RawConnection) async throws -> RawConnection.Answer {
        try await connection.send("GET \(path) HTTP/1.1\r\nHost: relay\r\n\r\n")
        return try await connection.answer()
    }

    @Test func aRelayThatRunsIsAliveAndShowsItsMetrics() async throws {
        try await run { connection in
            let livez = try await get("/livez", connection)
            #expect(livez.status == 200 && livez.headers["content-type"] == "application/json")
            let metrics = try await get("/metrics", connection)
            #expect(metrics.body == "metric 1\n")
            #expect(metrics.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(try await get("/in/teahouse-rrx/goods/issue", connection).status == 404)
        }
    }

    @Test func itIsReadyWhenEveryCheckIs() async throws {
        let isAway = Atomic(true)
        let checks = [
            HealthCheck("database") { isAway.load(ordering: .relaxed) ? "away" : nil }, HealthCheck("inbox") { nil },
        ]
        try await run(checks) { connection in
            let away = try await get("/readyz", connection)
            #expect(away.status == 503)
            #expect(
                away.body == #"{"status":"not ready","checks":{"database":"away","inbox":"ok"}}"# + "\n")
            isAway.store(false, ordering: .relaxed)
            let ready = try await get("/readyz", connection)
            #expect(ready.status == 200 && ready.body.contains(#""status":"ready""#))
        }
    }

    @Test func onlyReadingIsAllowedAndAHeadHasNoBody() async throws {
        try await run { connection in
            try await connection.send("POST /livez HTTP/1.1\r\nHost: relay\r\nContent-Length: 0\r\n\r\n")
            let post = try await connection.answer()
            #expect(post.status == 405 && post.headers["allow"] == "GET, HEAD")

            try await connection.send("HEAD /livez HTTP/1.1\r\nHost: relay\r\n\r\n")
            #expect(try await connection.answer(hasBody: false).status == 200)
            #expect(try await get("/livez", connection).status == 200)
        }
    }
}
