import Glibc
import NIOCore
import NIOPosix

/// A stretch of network: what connects to its port talks to what it leads to, until it is harmed.
///
/// All of it runs on one event loop.
final class FaultyLink: Sendable {
    enum Harm: Hashable, Sendable {
        /// Connections stay open, and nothing comes through any more. Those made meanwhile are taken and lead nowhere.
        /// What is lost is lost: none of them ever works again.
        case swallow
        /// Everything comes later by so much.
        case delay(Duration)
        /// RST to both ends of each open connection, as soon as so many more bytes have passed.
        case reset(afterBytes: Int)
        /// FIN to one end of each open connection, which is whole the other way.
        case halfClose(LinkSide, afterBytes: Int)
    }

    /// On the loopback interface.
    let port: Int
    private let listener: any Channel
    private let passages: NIOLoopBoundBox<LinkPassages>

    private init(listener: any Channel, passages: NIOLoopBoundBox<LinkPassages>) {
        self.listener = listener
        self.passages = passages
        port = listener.localAddress?.port ?? 0
    }

    static func open(to target: SocketAddress) async throws -> FaultyLink {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let passages = NIOLoopBoundBox.makeBoxSendingValue(
            LinkPassages(target: target, eventLoop: eventLoop), eventLoop: eventLoop)
        let listener = try await ServerBootstrap(group: eventLoop)
            .serverChannelOption(.backlog, value: 4_096)
            .childChannelInitializer { passages.value.begin(at: $0) }
            .bind(host: "127.0.0.1", port: 0).get()
        return FaultyLink(listener: listener, passages: passages)
    }

    /// Swallowing and delaying last until the link is healed.
    func harm(_ harm: Harm) async throws {
        try await listener.eventLoop.submit { [passages] in passages.value.harm(harm) }.get()
    }

    func heal() async throws {
        try await listener.eventLoop.submit { [passages] in passages.value.heal() }.get()
    }

    /// Cuts what is open.
    func close() async throws {
        try await listener.close()
        try await harm(.reset(afterBytes: 0))
    }
}

enum LinkSide: String, Hashable, Sendable {
    /// Who has connected.
    case near
    /// What the link leads to.
    case far

    var other: LinkSide {
        switch self {
        case .near: .far
        case .far: .near
        }
    }
}

/// The connections through a link and what is done to them.
private struct LinkPassages {
    let target: SocketAddress
    let eventLoop: any EventLoop
    private var open: [ObjectIdentifier: LinkPassage] = [:]
    private var isSwallowing = false
    private var delay = Duration.zero

    init(target: SocketAddress, eventLoop: any EventLoop) {
        self.target = target
        self.eventLoop = eventLoop
    }

    /// Nothing is read from a connection before it leads somewhere.
    mutating func begin(at near: any Channel) -> EventLoopFuture<Void> {
        open = open.filter { !$0.value.hasEnded }
        let passage = LinkPassage(near: near, delay: delay, isSwallowing: isSwallowing)
        open[ObjectIdentifier(passage)] = passage
        let bound = NIOLoopBound(passage, eventLoop: eventLoop)
        let joined = near.eventLoop.makeCompletedFuture {
            try near.pipeline.syncOperations.addHandler(LinkEnd(side: .near, passage: bound.value))
        }
        if isSwallowing { return joined }
        return joined.flatMap { [eventLoop, target] in
            ClientBootstrap(group: eventLoop)
                .channelInitializer { far in
                    far.eventLoop.makeCompletedFuture {
                        bound.value.lead(to: far)
                        try far.pipeline.syncOperations.addHandler(LinkEnd(side: .far, passage: bound.value))
                    }
                }
                .connect(to: target).map { _ in }
        }
    }

    mutating func harm(_ harm: FaultyLink.Harm) {
        switch harm {
        case .swallow: isSwallowing = true
        case .delay(let delay): self.delay = delay
        case .reset, .halfClose: break
        }
        for passage in open.values { passage.suffer(harm) }
    }

    mutating func heal() {
        isSwallowing = false
        delay = .zero
        for passage in open.values { passage.delay = .zero }
    }
}

/// One connection through a link.
private final class LinkPassage {
    private struct Parcel {
        let destination: LinkSide
        /// Nil: that was all.
        let bytes: ByteBuffer?
    }

    private enum Cut {
        case reset
        case halfClose(LinkSide)
    }

    private let near: any Channel
    private var far: (any Channel)?
    private var isSwallowing: Bool
    private var cut: (kind: Cut, afterBytes: Int)?
    /// Under way, in the order in which it came. A shorter delay lets nothing overtake.
    private var parcels = CircularBuffer<Parcel>()
    private var lastArrival = NIODeadline.uptimeNanoseconds(0)
    var delay: Duration

    init(near: any Channel, delay: Duration, isSwallowing: Bool) {
        self.near = near
        self.delay = delay
        self.isSwallowing = isSwallowing
    }

    var hasEnded: Bool {
        !near.isActive && !(far?.isActive ?? false)
    }

    func lead(to far: any Channel) {
        self.far = far
    }

    func suffer(_ harm: FaultyLink.Harm) {
        switch harm {
        case .swallow: isSwallowing = true
        case .delay(let delay): self.delay = delay
        case .reset(let count): suffer(.reset, afterBytes: count)
        case .halfClose(let side, let count): suffer(.halfClose(side), afterBytes: count)
        }
    }

    func take(_ bytes: ByteBuffer, from side: LinkSide) {
        if isSwallowing { return }
        guard let (kind, left) = cut else { return send(Parcel(destination: side.other, bytes: bytes)) }
        if bytes.readableBytes < left {
            cut = (kind, left - bytes.readableBytes)
            return send(Parcel(destination: side.other, bytes: bytes))
        }
        channel(side.other)?.writeAndFlush(bytes.getSlice(at: bytes.readerIndex, length: left), promise: nil)
        make(kind)
    }

    /// An end was closed by its owner.
    func end(of side: LinkSide) {
        if !isSwallowing { send(Parcel(destination: side.other, bytes: nil)) }
    }

    private func suffer(_ kind: Cut, afterBytes count: Int) {
        if count == 0 { make(kind) } else { cut = (kind, count) }
    }

    private func make(_ kind: Cut) {
        cut = nil
        switch kind {
        case .reset:
            for channel in [near, far].compactMap({ $0 }) { reset(channel) }
        case .halfClose(let side):
            channel(side)?.close(mode: .output, promise: nil)
        }
    }

    private func reset(_ channel: any Channel) {
        let socket = channel as? any SocketOptionProvider
        // A Unix socket knows no RST, and is closed all the same.
        _ = socket?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        channel.close(promise: nil)
    }

    private func send(_ parcel: Parcel) {
        if delay == .zero, parcels.isEmpty { return deliver(parcel) }
        parcels.append(parcel)
        lastArrival = max(lastArrival, .now() + TimeAmount(delay))
        near.eventLoop.assumeIsolated().scheduleTask(deadline: lastArrival) {
            if let parcel = self.parcels.popFirst() { self.deliver(parcel) }
        }
    }

    private func deliver(_ parcel: Parcel) {
        if let bytes = parcel.bytes {
            channel(parcel.destination)?.writeAndFlush(bytes, promise: nil)
        } else {
            channel(parcel.destination)?.close(promise: nil)
        }
    }

    private func channel(_ side: LinkSide) -> (any Channel)? {
        switch side {
        case .near: near
        case .far: far
        }
    }
}

private final class LinkEnd: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let side: LinkSide
    private let passage: LinkPassage

    init(side: LinkSide, passage: LinkPassage) {
        self.side = side
        self.passage = passage
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        passage.take(unwrapInboundIn(data), from: side)
    }

    func channelInactive(context: ChannelHandlerContext) {
        passage.end(of: side)
    }

    /// What was cut from outside.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
