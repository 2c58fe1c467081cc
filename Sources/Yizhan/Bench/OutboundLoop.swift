import NIOPosix
import OutboundHTTP
import RelayCore

/// Merchants called by the relay's own client and nothing else: what deliveries are measured against.
struct OutboundLoop: Sendable {
    private static let tasks = 64
    private static let timeout = Duration.seconds(10)

    let port: Int
    let seconds: Int

    func run() async throws -> JSON {
        let resolver = SystemResolver(threadCount: 1)
        defer { resolver.close() }
        let outside = Outside(group: MultiThreadedEventLoopGroup.singleton, resolver: resolver, trust: try TLSTrust())
        let loopback = AddressPolicy(allowedNetworks: [try CIDR("127.0.0.0/8")])
        let call = HTTPCall(
            method: .post, target: "/m/0", headers: [("Content-Type", "application/json"), ("User-Agent", "Yizhan")],
            body: Array(repeating: UInt8(ascii: " "), count: 500))
        let start = ContinuousClock.now
        let end = start + .seconds(seconds)
        let answered = await HTTPDestination.with(
            try HTTPURL("http://127.0.0.1:\(port)/").origin, maxConnections: Self.tasks, policy: loopback,
            outside: outside
        ) { destination in
            await withTaskGroup(of: Int.self) { group in
                for _ in 0..<Self.tasks {
                    group.addTask {
                        var answered = 0
                        while .now < end {
                            let exchange = await destination.call(call, within: Self.timeout)
                            if case .success(let answer) = exchange.result, answer.status == 200 { answered += 1 }
                        }
                        return answered
                    }
                }
                return await group.reduce(0, +)
            }
        }
        return ["answered": JSON(answered), "elapsed_us": JSON((ContinuousClock.now - start).microseconds)]
    }
}
