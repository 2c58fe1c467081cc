import NIOCore
import NIOPosix
import NIOSSL
import RelayCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The way to a new connection for a call: resolve, check, connect, TLS. Confined to the pool's event loop.
///
/// The connection goes to an address that was checked, never to the name, which may say something else a moment later.
/// So it is where a proxy connects: it is asked for the address.
final class ConnectionSetup {
    struct Target: Sendable {
        let origin: HTTPOrigin
        let policy: AddressPolicy
        let resolver: any AddressResolver
        let tls: TLSTrust
        let proxy: OutboundProxy?
    }

    /// One address of the target, and where to connect for it.
    private struct Way {
        let address: IPAddress
        let peer: IPAddress
    }

    let pending: PendingCall
    private let target: Target
    private let eventLoop: any EventLoop
    private let connectDeadline: NIODeadline
    private var ways: ArraySlice<Way> = []
    private var timer: Scheduled<Void>?
    /// The one being connected, so that giving up closes it.
    private var channel: (any Channel)?
    /// Nil once the setup has ended.
    private var whenEnded: ((Result<any Channel, HTTPFailure>) -> Void)?

    /// - Parameter whenEnded: Called once, with an active channel without HTTP handlers, or after everything is closed.
    init(
        for pending: PendingCall, to target: Target, on eventLoop: any EventLoop,
        whenEnded: @escaping (Result<any Channel, HTTPFailure>) -> Void
    ) {
        self.pending = pending
        self.target = target
        self.eventLoop = eventLoop
        self.whenEnded = whenEnded
        connectDeadline = .now() + pending.connectTimeout
    }

    func start() {
        let deadline = min(connectDeadline, pending.deadline)
        timer = eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.end(.failure(self.timeout)) }
        if case .name = target.origin.host { pending.enter(.resolving) }
        resolve(target.origin.host, otherwise: { .nameNotResolved(name: $0, reason: $1) }, then: check)
    }

    func cancel() {
        end(.failure(.cancelled))
    }

    private var timeout: HTTPFailure {
        pending.deadline < connectDeadline ? .timedOut(pending.phase) : .connectTimedOut(pending.phase)
    }

    private func resolve(
        _ host: HTTPOrigin.Host, otherwise failure: @escaping (_ name: String, _ reason: String) -> HTTPFailure,
        then proceed: @escaping ([IPAddress]) -> Void
    ) {
        switch host {
        case .address(let address): proceed([address])
        case .name(let name):
            target.resolver.addresses(of: name, on: eventLoop).assumeIsolated().whenComplete { result in
                guard self.whenEnded != nil else { return }
                switch result {
                case .success(let addresses) where addresses.isEmpty:
                    self.end(.failure(failure(name, "it has no addresses")))
                case .success(let addresses): proceed(addresses)
                case .failure(let error): self.end(.failure(failure(name, "\(error)")))
                }
            }
        }
    }

    /// A refused address is left out, whatever else the name has.
    private func check(_ addresses: [IPAddress]) {
        var refusal: HTTPFailure?
        var allowed: [IPAddress] = []
        for address in addresses {
            switch target.policy.verdict(for: address) {
            case .allowed: allowed.append(address)
            case .refused(let reason): refusal = refusal ?? .addressRefused(address, reason: reason)
            }
        }
        if let refusal, allowed.isEmpty { return end(.failure(refusal)) }
        guard let proxy = target.proxy else {
            pending.enter(.connecting)
            return connect(allowed.map { Way(address: $0, peer: $0) })
        }
        pending.enter(.tunnelling)
        resolve(proxy.origin.host, otherwise: { .proxyFailed(proxy, .nameNotResolved(reason: $1)) }) { peers in
            self.connect(allowed.flatMap { address in peers.map { Way(address: address, peer: $0) } })
        }
    }

    private func connect(_ ways: [Way]) {
        self.ways = ways[...]
        connectNext()
    }

    /// Every way gets its share of the time that is left, so that one that swallows packets leaves some to the rest.
    private func connectNext() {
        guard whenEnded != nil else { return }
        let left = min(connectDeadline, pending.deadline) - .now()
        let share = TimeAmount.nanoseconds(max(left.nanoseconds / Int64(max(ways.count, 1)), 1))
        guard let way = ways.popFirst() else { return }
        let this = NIOLoopBound(self, eventLoop: eventLoop)
        ClientBootstrap(group: eventLoop)
            .connectTimeout(share)
            .channelInitializer { channel in
                this.value.channel = channel
                return channel.eventLoop.makeSucceededVoidFuture()
            }
            .connect(to: way.peer.socketAddress(port: (target.proxy?.origin ?? target.origin).port))
            .assumeIsolated()
            .whenComplete { result in
                switch result {
                case .success(let channel): self.connected(channel, by: way)
                case .failure(let error): self.connectFailed(way.peer, error)
                }
            }
    }

    private func connectFailed(_ address: IPAddress, _ error: any Error) {
        guard ways.isEmpty else { return connectNext() }
        if case ChannelError.connectTimeout = error { return end(.failure(timeout)) }
        let isRefused = (error as? IOError)?.errnoCode == ECONNREFUSED
        if let proxy = target.proxy {
            let reason = isRefused ? "it refused the connection" : "\(error)"
            return end(.failure(.proxyFailed(proxy, .unreachable(address, reason: reason))))
        }
        end(.failure(isRefused ? .connectRefused(address) : .connectFailed(address, reason: "\(error)")))
    }

    private func connected(_ channel: any Channel, by way: Way) {
        guard whenEnded != nil else { return channel.closeAtOnce() }
        guard let proxy = target.proxy else { return secure(channel) }
        let tunnel = eventLoop.makePromise(of: Void.self)
        let handler = TunnelHandler(
            to: way.address.socketAddress(port: target.origin.port), through: proxy, promise: tunnel)
        add(handler, to: channel, telling: tunnel)
        tunnel.futureResult.assumeIsolated().whenComplete { result in
            switch result {
            case .success: self.secure(channel)
            case .failure(let error): self.tunnelFailed(proxy, error as? ProxyFailure ?? .closed)
            }
        }
    }

    private func tunnelFailed(_ proxy: OutboundProxy, _ failure: ProxyFailure) {
        guard failure.concernsAddress, !ways.isEmpty else { return end(.failure(.proxyFailed(proxy, failure))) }
        channel?.closeAtOnce()
        channel = nil
        connectNext()
    }

    private func secure(_ channel: any Channel) {
        guard whenEnded != nil else { return }
        guard target.origin.scheme == .https else { return end(.success(channel)) }
        pending.enter(.handshaking)
        let handshake = eventLoop.makePromise(of: Void.self)
        handshake.futureResult.assumeIsolated().whenComplete { result in
            let certificate = try? channel.pipeline.syncOperations.nioSSL_peerCertificate()
            switch result {
            case .success where certificate?.isFor(self.target.origin.host) == true: self.end(.success(channel))
            case .success: self.end(.failure(.tlsFailed(.wrongName)))
            case .failure(let error):
                self.end(.failure(.tlsFailed(TLSFailure(error, certificate: certificate, now: time(nil)))))
            }
        }
        do {
            // No name is sent (SNI) where there is none.
            let name: String? = if case .name(let name) = target.origin.host { name } else { nil }
            let tls = try NIOSSLClientHandler(context: target.tls.context, serverHostname: name)
            // Who hears is there before who speaks.
            add(HandshakeHandler(handshake), to: channel, telling: handshake)
            add(tls, to: channel, telling: handshake)
        } catch {
            handshake.fail(error)
        }
    }

    private func add(
        _ handler: any ChannelHandler, to channel: any Channel, telling promise: EventLoopPromise<Void>
    ) {
        do {
            try channel.pipeline.syncOperations.addHandler(handler, position: .first)
        } catch {
            // Fails only on a channel that has closed since it connected.
            promise.fail(error)
        }
    }

    private func end(_ result: Result<any Channel, HTTPFailure>) {
        guard let whenEnded else { return }
        self.whenEnded = nil
        timer?.cancel()
        if case .failure = result { channel?.closeAtOnce() }
        channel = nil
        whenEnded(result)
    }
}
