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
final class ConnectionSetup {
    struct Target: Sendable {
        let origin: HTTPOrigin
        let policy: AddressPolicy
        let resolver: any AddressResolver
        let tls: TLSTrust
    }

    let pending: PendingCall
    private let target: Target
    private let eventLoop: any EventLoop
    private let connectDeadline: NIODeadline
    private var candidates: ArraySlice<IPAddress> = []
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
        switch target.origin.host {
        case .address(let address): connect([address])
        case .name(let name):
            pending.enter(.resolving)
            target.resolver.addresses(of: name, on: eventLoop).assumeIsolated().whenComplete { result in
                switch result {
                case .success(let addresses) where addresses.isEmpty:
                    self.end(.failure(.nameNotResolved(name: name, reason: "it has no addresses")))
                case .success(let addresses): self.connect(addresses)
                case .failure(let error):
                    self.end(.failure(.nameNotResolved(name: name, reason: "\(error)")))
                }
            }
        }
    }

    func cancelIfRequested() {
        if pending.isCancelled { end(.failure(.cancelled)) }
    }

    private var timeout: HTTPFailure {
        pending.deadline < connectDeadline ? .timedOut(pending.phase) : .connectTimedOut(pending.phase)
    }

    private func connect(_ addresses: [IPAddress]) {
        var refusal: HTTPFailure?
        var allowed: [IPAddress] = []
        for address in addresses {
            switch target.policy.verdict(for: address) {
            case .allowed: allowed.append(address)
            case .refused(let reason): refusal = refusal ?? .addressRefused(address, reason: reason)
            }
        }
        if let refusal, allowed.isEmpty { return end(.failure(refusal)) }
        candidates = allowed[...]
        pending.enter(.connecting)
        connectNext()
    }

    /// Every address gets its share of the time that is left, so that one that swallows packets leaves some to the rest.
    private func connectNext() {
        guard whenEnded != nil else { return }
        let left = min(connectDeadline, pending.deadline) - .now()
        let share = TimeAmount.nanoseconds(max(left.nanoseconds / Int64(max(candidates.count, 1)), 1))
        guard let address = candidates.popFirst() else { return }
        let handshake = target.origin.scheme == .https ? eventLoop.makePromise(of: Void.self) : nil
        let this = NIOLoopBound(self, eventLoop: eventLoop)
        ClientBootstrap(group: eventLoop)
            .connectTimeout(share)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    this.value.channel = channel
                    if let handshake { try this.value.addTLS(to: channel, handshake: handshake) }
                }
            }
            .connect(to: address.socketAddress(port: target.origin.port))
            .assumeIsolated()
            .whenComplete { result in
                switch result {
                case .success(let channel): self.connected(channel, handshake: handshake?.futureResult)
                case .failure(let error):
                    handshake?.fail(error)
                    self.connectFailed(address, error)
                }
            }
    }

    private func connectFailed(_ address: IPAddress, _ error: any Error) {
        guard candidates.isEmpty else { return connectNext() }
        switch error {
        case let error as IOError where error.errnoCode == ECONNREFUSED: end(.failure(.connectRefused(address)))
        case ChannelError.connectTimeout: end(.failure(timeout))
        default: end(.failure(.connectFailed(address, reason: "\(error)")))
        }
    }

    private func addTLS(to channel: any Channel, handshake: EventLoopPromise<Void>) throws {
        // Without a name, the certificate is verified against the address that is connected to, and no SNI is sent.
        let name: String? =
            switch target.origin.host {
            case .name(let name): name
            case .address: nil
            }
        let tls = try NIOSSLClientHandler(context: target.tls.context, serverHostname: name)
        try channel.pipeline.syncOperations.addHandlers([tls, HandshakeHandler(handshake)])
    }

    private func connected(_ channel: any Channel, handshake: EventLoopFuture<Void>?) {
        guard whenEnded != nil else { return channel.closeAtOnce() }
        guard let handshake else { return end(.success(channel)) }
        pending.enter(.handshaking)
        handshake.assumeIsolated().whenComplete { result in
            let certificate = try? channel.pipeline.syncOperations.nioSSL_peerCertificate()
            switch result {
            case .success:
                if case .name(let name) = self.target.origin.host, certificate?.isFor(name: name) != true {
                    return self.end(.failure(.tlsFailed(.wrongName)))
                }
                self.end(.success(channel))
            case .failure(let error):
                self.end(.failure(.tlsFailed(TLSFailure(error, certificate: certificate, now: time(nil)))))
            }
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
