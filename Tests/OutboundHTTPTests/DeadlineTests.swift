import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import OutboundHTTP

/// A deadline fires in every phase, and a cancelled task ends its call in every phase.
@Suite(.timeLimit(.minutes(1))) struct DeadlineTests {
    private static let hang: ScriptedServer.Script = { try await $0.hang() }

    /// A place where a call can get stuck, and how it says so.
    enum Trap: CaseIterable, Sendable {
        case queueing
        case resolving
        case connecting
        case handshaking
        case waiting
        case writing
        case readingHead
        case readingBody

        var phase: HTTPPhase {
            switch self {
            case .queueing: .queueing
            case .resolving: .resolving
            case .connecting: .connecting
            case .handshaking: .handshaking
            case .waiting, .writing: .waiting
            case .readingHead, .readingBody: .reading
            }
        }

        /// Runs `body` with a call that gets stuck here, and a condition that tells that it is.
        func spring(
            _ body: (HTTPDestination, HTTPCall, _ isStuck: () -> Bool) async throws -> Void
        ) async throws {
            let get = HTTPCall(method: .get, target: "/")
            switch self {
            case .queueing:
                try await ScriptedServer.run(script: DeadlineTests.hang) { server in
                    let url = "http://127.0.0.1:\(server.port)"
                    try await withDestination(url, maxConnections: 1) { destination in
                        async let first = destination.get(timeout: .seconds(6))
                        try await eventually("one connection is open") { server.open == 1 }
                        try await body(destination, get) { true }
                        #expect(await first.failure == .timedOut(.waiting))
                    }
                }
            case .resolving:
                let resolver = HangingResolver()
                try await withDestination("http://slow.example", resolver: resolver) { destination in
                    try await body(destination, get) { resolver.lookups == 1 }
                }
                resolver.letGo()
            case .connecting:
                try await BlackHole.run(on: "127.0.0.1") { port in
                    let resolver = ScriptedResolver(["127.0.0.1"])
                    try await withDestination("http://hole.example:\(port)", resolver: resolver) { destination in
                        try await body(destination, get) { resolver.lookups == 1 }
                    }
                }
            case .handshaking:
                try await serve("https", script: DeadlineTests.hang, get, body)
            case .waiting:
                try await serve(script: DeadlineTests.hang, get, body)
            case .writing:
                let script: ScriptedServer.Script = { _ in try await Task.sleep(for: .seconds(60)) }
                let post = HTTPCall(method: .post, target: "/", body: Array(repeating: 1, count: 64 << 20))
                try await serve(script: script, post, body)
            case .readingHead:
                try await serve(script: Self.begin("HTTP/1.1 200 OK\r\n"), get, body)
            case .readingBody:
                try await serve(script: Self.begin("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"), get, body)
            }
        }

        private static func begin(_ text: String) -> ScriptedServer.Script {
            { peer in
                _ = try await peer.request()
                try await peer.send(text)
                try await peer.hang()
            }
        }

        private func serve(
            _ scheme: String = "http", script: @escaping ScriptedServer.Script, _ call: HTTPCall,
            _ body: (HTTPDestination, HTTPCall, _ isStuck: () -> Bool) async throws -> Void
        ) async throws {
            try await ScriptedServer.run(script: script) { server in
                try await withDestination("\(scheme)://127.0.0.1:\(server.port)") { destination in
                    try await body(destination, call) { server.open == 1 }
                    if self != .writing { try await eventually("no connection is open") { server.open == 0 } }
                }
            }
        }
    }

    @Test(arguments: Trap.allCases)
    func theDeadlineOfTheCallFires(trap: Trap) async throws {
        try await trap.spring { destination, call, _ in
            let start = ContinuousClock.now
            let exchange = await destination.call(call, connectTimeout: .seconds(30), timeout: .seconds(3))
            #expect(exchange.failure == .timedOut(trap.phase))
            #expect(exchange.timings.total >= .seconds(3))
            #expect(ContinuousClock.now - start < .seconds(15))
        }
    }

    @Test(arguments: [Trap.resolving, .connecting, .handshaking])
    func theDeadlineToConnectFires(trap: Trap) async throws {
        try await trap.spring { destination, call, _ in
            let exchange = await destination.call(call, connectTimeout: .milliseconds(200), timeout: .seconds(30))
            #expect(exchange.failure == .connectTimedOut(trap.phase))
            #expect(exchange.timings.total < .seconds(5))
        }
    }

    @Test(arguments: Trap.allCases)
    func aCancelledTaskEndsItsCall(trap: Trap) async throws {
        try await trap.spring { destination, call, isStuck in
            try await withThrowingTaskGroup(of: HTTPExchange.self) { group in
                group.addTask {
                    await destination.call(call, connectTimeout: .seconds(30), timeout: .seconds(30))
                }
                try await eventually("the call is stuck", isStuck)
                group.cancelAll()
                let exchange = try #require(await group.next())
                #expect(exchange.failure == .cancelled)
                #expect(exchange.timings.total < .seconds(5))
            }
        }
    }

    @Test func aTaskThatIsCancelledAlreadyMakesNoCall() async throws {
        try await ScriptedServer.run(script: Self.hang) { server in
            try await withDestination("http://127.0.0.1:\(server.port)") { destination in
                await withTaskGroup(of: HTTPExchange.self) { group in
                    group.cancelAll()
                    group.addTask { await destination.get() }
                    #expect(await group.next()?.failure == .cancelled)
                }
                #expect(server.accepted == 0)
            }
        }
    }

    @Test func aCallWithoutTimeFailsAtOnce() async throws {
        try await withDestination("http://127.0.0.1:9") { destination in
            #expect(await destination.get(timeout: .zero).failure == .timedOut(.queueing))
        }
    }

    @Test func anAddressThatSwallowsPacketsLeavesTimeForTheNext() async throws {
        try await ScriptedServer.run(script: { try await $0.serve(Answers.ok) }) { server in
            try await BlackHole.run(on: "127.0.0.2", port: server.port) { port in
                let resolver = ScriptedResolver(["127.0.0.2", "127.0.0.1"])
                try await withDestination("http://half.example:\(port)", resolver: resolver) { destination in
                    let exchange = await destination.get(connectTimeout: .seconds(1))
                    #expect(exchange.text == "ok")
                    let connecting = try #require(exchange.timings.connecting)
                    #expect(connecting >= .milliseconds(400))
                }
            }
        }
    }

    @Test func aLaterCallOnAKeptConnectionHasItsOwnDeadline() async throws {
        let script: ScriptedServer.Script = { peer in
            _ = try await peer.request()
            try await peer.send(Answers.ok)
            try await peer.hang()
        }
        try await ScriptedServer.run(script: script) { server in
            try await withDestination("http://127.0.0.1:\(server.port)") { destination in
                #expect(await destination.get(timeout: .seconds(60)).text == "ok")
                let exchange = await destination.get(timeout: .milliseconds(100))
                #expect(exchange.failure == .timedOut(.waiting))
                #expect(exchange.timings.isConnectionReused)
            }
        }
    }

    @Test func thePhasesThatHappenedAreTimed() async throws {
        try await ScriptedServer.run(script: { try await $0.serve(Answers.ok) }) { server in
            try await withDestination("http://timed.example:\(server.port)") { destination in
                let fresh = await destination.get().timings
                #expect(fresh.resolving != nil && fresh.connecting != nil && fresh.waiting != nil)
                #expect(fresh.reading != nil && fresh.handshaking == nil && fresh.queueing == nil)
                #expect(!fresh.isConnectionReused)
                let reused = await destination.get().timings
                #expect(reused.resolving == nil && reused.connecting == nil && reused.waiting != nil)
                #expect(reused.isConnectionReused)
                #expect(reused.total >= (reused.waiting ?? .zero) + (reused.reading ?? .zero))
            }
        }
    }
}
