import Metrics
import NIOCore
import NIOHTTP1
import RelayCore
import Synchronization

/// Finds the app and the platform that a call is for, and answers it.
final class FrontDesk: CallResponder {
    private let platforms: [any Platform]
    private let byName: [String: any Platform]
    private let intake: Intake
    private let goodsLibrary: any GoodsLibrary
    private let callbackKeys: any CallbackKeys
    private let refusals: Refusals
    private let proxies: TrustedProxies
    private let bodyMemory: BodyMemory
    private let directory: @Sendable () -> Directory
    private let unixMilliseconds: @Sendable () -> Int64
    private let clients: Mutex<(of: Directory, byName: [String: Client])>

    init(
        platforms: [any Platform], intake: Intake, goodsLibrary: any GoodsLibrary, callbackKeys: any CallbackKeys,
        refusals: Refusals, proxies: TrustedProxies, bodyMemory: BodyMemory,
        directory: @escaping @Sendable () -> Directory, unixMilliseconds: @escaping @Sendable () -> Int64
    ) {
        self.platforms = platforms
        self.byName = Dictionary(uniqueKeysWithValues: platforms.map { ($0.name, $0) })
        self.intake = intake
        self.goodsLibrary = goodsLibrary
        self.callbackKeys = callbackKeys
        self.refusals = refusals
        self.proxies = proxies
        self.bodyMemory = bodyMemory
        self.directory = directory
        self.unixMilliseconds = unixMilliseconds
        self.clients = Mutex((of: Directory(), byName: [:]))
    }

    func begin(_ head: HTTPRequestHead, from peer: IPAddress?) -> Beginning {
        let start = ContinuousClock.now
        let directory = directory()
        let place = AppPath(head.uri)
        let client = place.flatMap { self.client(named: $0.app, in: directory) }
        let caller = peer.map { proxies.caller($0, forwardedFor: head.headers["X-Forwarded-For"]) }
        let beginning = begin(head, at: place?.path, for: client, from: caller, at: start)
        if case .answered = beginning {
            (client?.metrics ?? intake.metrics.apps[""]).answers.record(duration: .now - start)
        }
        return beginning
    }

    private func client(named name: String, in directory: Directory) -> Client? {
        clients.withLock { clients in
            if clients.of !== directory {
                let known = directory.apps.values.compactMap { app in
                    byName[app.settings.platform].map {
                        Client(app, platform: $0, in: directory, metrics: intake.metrics.apps[app.settings.name])
                    }
                }
                clients = (of: directory, byName: Dictionary(uniqueKeysWithValues: known.map { ($0.app.name, $0) }))
            }
            return clients.byName[name]
        }
    }

    private func begin(
        _ head: HTTPRequestHead, at path: String?, for client: Client?, from caller: IPAddress?,
        at start: ContinuousClock.Instant
    ) -> Beginning {
        guard let client, let path else {
            let platform = platforms.first { $0.callbacks.contains { $0.path == path } } ?? platforms[0]
            let arrival = RefusedArrival(path == nil ? "unknown_path" : "unknown_app", from: caller)
            return .answered(platform.answer(.failed(refusals.refuse(arrival, as: .unknownApp))))
        }
        func refuse(_ reason: String, as failure: ReplyFailure) -> Beginning {
            let arrival = RefusedArrival(reason, of: client.app, from: caller)
            return .answered(client.platform.answer(.failed(refusals.refuse(arrival, as: failure))))
        }
        func shed(for reason: CallMetrics.Shedding) -> Beginning {
            .answered(client.platform.answer(intake.shed(for: reason)))
        }
        guard client.app.settings.allows(caller) else { return refuse("address_not_allowed", as: .addressNotAllowed) }
        guard let callback = client.callbacks.first(where: { $0.path == path }) else {
            return refuse("unknown_path", as: .unknownApp)
        }
        guard callback.methods.contains(head.method.rawValue) else {
            return refuse("wrong_method", as: .methodNotAllowed(allowed: callback.methods))
        }
        let contentType = Self.mediaType(head.headers.first(name: "Content-Type"), of: callback)
        guard head.method == .GET || callback.contentTypes.contains(contentType) else {
            return refuse("wrong_content_type", as: .unsupportedContentType(expected: callback.contentTypes))
        }
        // Before the body is read and the signature verified: that would cost more than the answer.
        if callback.isStored, intake.isOverloaded { return shed(for: .overloaded) }
        let limit = PlatformServer.maximumBodyBytes
        let announced = head.announcedBodyBytes
        if let announced, announced > limit { return refuse("body_too_large", as: .bodyTooLarge(limit: limit)) }
        let memory = BodyMemory.sharedBytes(of: announced ?? limit)
        guard bodyMemory.take(memory) else { return shed(for: .noRoomForBody) }
        return .wantsBody(
            DeskCall(
                desk: self, client: client, callback: callback, method: head.method.rawValue,
                contentType: contentType, caller: caller, trace: TraceContext(head.headers), memory: memory,
                startedAt: start))
    }

    /// Answers a call whose whole body is there.
    fileprivate func answer(
        _ call: DeskCall, _ body: [UInt8], on eventLoop: any EventLoop, _ done: @escaping (PlatformAnswer) -> Void
    ) {
        // As long as the call is answered somebody may hold its body.
        let memory = BodyMemory.sharedBytes(of: body.count)
        bodyMemory.giveBack(call.memory - memory)
        let inbound = InboundCall(
            callback: call.callback, method: call.method, contentType: call.contentType, body: body,
            receivedAtMilliseconds: unixMilliseconds())
        reply(to: inbound, call, on: eventLoop) { [self] reply in
            bodyMemory.giveBack(memory)
            guard case .failed(.refused(let refusal)) = reply else { return done(conclude(call, reply)) }
            let arrival = RefusedArrival(
                refusal.reason.rawValue, of: call.client.app, from: call.caller, detail: refusal.detail, inbound,
                isSigned: refusal.reason.isOfSignedCalls)
            done(conclude(call, .failed(refusals.refuse(arrival, as: .refused(refusal)))))
        }
    }

    /// Answers a call whose body does not come to its end.
    fileprivate func refuse(_ call: DeskCall, for flaw: BodyFlaw) -> PlatformAnswer {
        bodyMemory.giveBack(call.memory)
        let (reason, failure, detail): (String, ReplyFailure, String?) =
            switch flaw {
            case .tooLarge: ("body_too_large", .bodyTooLarge(limit: PlatformServer.maximumBodyBytes), nil)
            case .tooSlow: ("too_slow", .tooSlow, nil)
            case .brokenOff(let error): ("body_broken_off", .tooSlow, "\(error)")
            }
        let arrival = RefusedArrival(reason, of: call.client.app, from: call.caller, detail: detail)
        return conclude(call, .failed(refusals.refuse(arrival, as: failure)))
    }

    private func conclude(_ call: DeskCall, _ reply: Reply) -> PlatformAnswer {
        let answer = call.client.platform.answer(reply)
        call.client.metrics.answers.record(duration: .now - call.startedAt)
        return answer
    }

    /// Calls `done` on the event loop.
    private func reply(
        to inbound: InboundCall, _ call: DeskCall, on eventLoop: any EventLoop, _ done: @escaping (Reply) -> Void
    ) {
        let client = call.client
        switch client.platform.receive(inbound, for: client.app) {
        case .refused(let refusal):
            done(.failed(.refused(refusal)))
        case .acknowledged:
            done(.taken)
        case .goodsInquiry(let inquiry):
            let page = eventLoop.makeFutureWithTask { await self.look(up: inquiry, of: client) }
            page.assumeIsolated().whenSuccess(done)
        case .callbackKey(let notice):
            let reply = eventLoop.makeFutureWithTask { await self.take(notice, call) }
            reply.assumeIsolated().whenSuccess(done)
        case .event(var arrival):
            arrival.trace = call.trace
            let back = NIOLoopBound(done, eventLoop: eventLoop)
            intake.take(arrival, of: client.app, awaitsOutcome: client.awaitsOutcome, in: client.directory) { reply in
                eventLoop.execute { back.value(reply) }
            }
        }
    }

    private func look(up inquiry: GoodsInquiry, of client: Client) async -> Reply {
        let (app, directory) = (client.app, client.directory)
        guard let library = app.goodsLibrary else {
            return .goods(GoodsPage(of: directory.goods[app.id] ?? [], for: inquiry))
        }
        guard let endpoint = directory.endpoint(named: library.endpoint) else { return .failed(.goodsUnavailable) }
        switch await goodsLibrary.look(up: inquiry, at: endpoint, of: app, in: directory) {
        case .found(let page): return .goods(page)
        case .refused(let message): return .failed(.goodsRefused(message: message))
        case .unavailable: return .failed(.goodsUnavailable)
        }
    }

    /// The key comes first, and then the event that tells of it: a notice that is sent again, because the relay died in
    /// between, finds the key current and stores the event.
    private func take(_ notice: CallbackKeyNotice, _ call: DeskCall) async -> Reply {
        let client = call.client
        let announcement: CallbackKeyRing.Announcement
        do {
            announcement = try await callbackKeys.announce(notice, of: client.app)
        } catch {
            return .failed(.unavailable(retryAfterSeconds: Intake.retryAfterSeconds))
        }
        switch announcement {
        case .outdated:
            return .failed(.refused(.outdatedKey))
        case .current(let firstAnnounced):
            var arrival = notice.arrival
            arrival.dedupeKey = "\(firstAnnounced)"
            arrival.trace = call.trace
            let reply = await intake.take(arrival, of: client.app, awaitsOutcome: false, in: client.directory)
            // Nobody has to want to hear of keys.
            if case .failed(.refused(let refusal)) = reply, refusal.reason == .noRoute { return .taken }
            return reply
        }
    }

    /// Without parameters, in small letters; empty where there is none that is ASCII.
    private static func mediaType(_ header: String?, of callback: Callback) -> String {
        guard let header else { return "" }
        // As it mostly comes.
        if let same = callback.contentTypes.first(where: { $0 == header }) { return same }
        guard header.utf8.allSatisfy({ $0 < 0x80 }) else { return "" }
        let type = header.prefix { $0 != ";" }
        return type.split(separator: " ").joined().lowercased()
    }
}

/// An app whose platform calls, with what its calls need: put together once for each configuration, and a single reference.
private final class Client: Sendable {
    let app: App
    let platform: any Platform
    let callbacks: [Callback]
    let awaitsOutcome: Bool
    let directory: Directory
    let metrics: AppMetrics

    init(_ app: App, platform: any Platform, in directory: Directory, metrics: AppMetrics) {
        self.app = app
        self.platform = platform
        self.callbacks = platform.callbacks
        self.awaitsOutcome = platform.outcomeWriter != nil
        self.directory = directory
        self.metrics = metrics
    }
}

/// A call that the desk wants to read the body of.
private final class DeskCall: BegunCall {
    let desk: FrontDesk
    let client: Client
    let callback: Callback
    let method: String
    let contentType: String
    let caller: IPAddress?
    let trace: TraceContext?
    /// What was taken for the body, in bytes.
    let memory: Int
    let startedAt: ContinuousClock.Instant

    init(
        desk: FrontDesk, client: Client, callback: Callback, method: String, contentType: String, caller: IPAddress?,
        trace: TraceContext?, memory: Int, startedAt: ContinuousClock.Instant
    ) {
        self.desk = desk
        self.client = client
        self.callback = callback
        self.method = method
        self.contentType = contentType
        self.caller = caller
        self.trace = trace
        self.memory = memory
        self.startedAt = startedAt
    }

    var bodyLimit: Int { PlatformServer.maximumBodyBytes }

    func answer(_ body: [UInt8], on eventLoop: any EventLoop, _ done: @escaping (PlatformAnswer) -> Void) {
        desk.answer(self, body, on: eventLoop, done)
    }

    func refuse(_ flaw: BodyFlaw) -> PlatformAnswer {
        desk.refuse(self, for: flaw)
    }
}

extension HTTPRequestHead {
    /// Nil where the length of the body shows at its end only.
    fileprivate var announcedBodyBytes: Int? {
        if let length = headers.first(name: "Content-Length").flatMap({ Int($0) }) { return max(length, 0) }
        return headers.contains(name: "Transfer-Encoding") ? nil : 0
    }
}
