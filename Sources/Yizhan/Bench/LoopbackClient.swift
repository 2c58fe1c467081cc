import NIOPosix
import OutboundHTTP
import RelayCore

/// What the bench asks of the servers beside it.
struct LoopbackClient: Sendable {
    private static let answerLimit = 256 << 20
    private static let timeout = Duration.seconds(60)

    let port: Int

    /// Returns the body of a 200; throws anything else.
    @discardableResult
    func get(_ target: String) async throws -> [UInt8] {
        let resolver = SystemResolver(threadCount: 1)
        defer { resolver.close() }
        let outside = Outside(group: MultiThreadedEventLoopGroup.singleton, resolver: resolver, trust: try TLSTrust())
        let loopback = AddressPolicy(allowedNetworks: [try CIDR("127.0.0.0/8")])
        let exchange = await HTTPDestination.with(
            try HTTPURL("http://127.0.0.1:\(port)/").origin, policy: loopback, outside: outside
        ) {
            await $0.call(
                HTTPCall(method: .get, target: target, answerLimit: Self.answerLimit), within: Self.timeout)
        }
        let answer = try exchange.result.get()
        guard answer.status == 200 else {
            throw BenchFailure.unansweredLoad("HTTP \(answer.status) from \(target)")
        }
        return answer.body
    }

    /// Returns once it answers.
    func waitUntilReady(_ target: String, program: String, log: () -> String) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            do {
                try await get(target)
                return
            } catch {
                try Task.checkCancellation()
                guard .now < deadline else { throw BenchFailure.notReady(program, said: log()) }
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
