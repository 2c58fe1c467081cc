import NIOCore
import NIOPosix
import RelayCore
import Synchronization
import Testing

@testable import OutboundHTTP

/// A resolver that says what the test told it, answer by answer; the last one stays.
final class ScriptedResolver: AddressResolver {
    private let answers: Mutex<[[String]]>
    private let asked = Mutex(0)

    init(_ answers: [String]...) {
        self.answers = Mutex(answers)
    }

    var lookups: Int { asked.withLock { $0 } }

    func addresses(of name: String, on eventLoop: any EventLoop) -> EventLoopFuture<[IPAddress]> {
        asked.withLock { $0 += 1 }
        let texts = answers.withLock { $0.count > 1 ? $0.removeFirst() : $0.first ?? [] }
        return eventLoop.makeSucceededFuture(texts.compactMap { IPAddress($0) })
    }
}

/// A resolver that does not answer until it is let go.
final class HangingResolver: AddressResolver {
    private let promises = Mutex<[EventLoopPromise<[IPAddress]>]>([])

    var lookups: Int { promises.withLock { $0.count } }

    func addresses(of name: String, on eventLoop: any EventLoop) -> EventLoopFuture<[IPAddress]> {
        let promise = eventLoop.makePromise(of: [IPAddress].self)
        promises.withLock { $0.append(promise) }
        return promise.futureResult
    }

    func letGo() {
        for promise in promises.withLock({ $0 }) { promise.succeed([]) }
    }
}

let systemTrust = Result { try TLSTrust() }

/// A destination on loopback, closed when `body` is through.
func withDestination<Result>(
    _ url: String, maxConnections: Int = 4, resolver: any AddressResolver = ScriptedResolver(["127.0.0.1"]),
    allow: [String] = ["127.0.0.0/8", "::1/128"], trust: TLSTrust? = nil, proxy: OutboundProxy? = nil,
    idleTimeout: Duration = .seconds(30),
    _ body: (HTTPDestination) async throws -> Result
) async throws -> Result {
    let destination = HTTPDestination(
        origin: try HTTPURL(url).origin, maxConnections: maxConnections,
        policy: AddressPolicy(allowedNetworks: try allow.map { try CIDR($0) }), resolver: resolver,
        tls: try trust ?? systemTrust.get(), proxy: proxy, idleTimeout: idleTimeout,
        group: MultiThreadedEventLoopGroup.singleton)
    let result = try await body(destination)
    await destination.close()
    return result
}

extension HTTPDestination {
    func get(
        _ target: String = "/", connectTimeout: Duration = .seconds(5), timeout: Duration = .seconds(10)
    ) async -> HTTPExchange {
        await call(HTTPCall(method: .get, target: target), connectTimeout: connectTimeout, timeout: timeout)
    }

    func post(_ body: String, timeout: Duration = .seconds(10)) async -> HTTPExchange {
        await call(
            HTTPCall(method: .post, target: "/", body: Array(body.utf8)), connectTimeout: .seconds(5), timeout: timeout)
    }
}

extension HTTPExchange {
    var failure: HTTPFailure? {
        switch result {
        case .success: nil
        case .failure(let failure): failure
        }
    }
    var answer: HTTPAnswer? { try? result.get() }
    var text: String? { answer.map { String(decoding: $0.body, as: UTF8.self) } }
}
