import HTTPTypes
import HummingbirdCore
import Metrics
import NIOCore
import RelayCore

/// Finds the app and the platform that a call is for, and answers it.
struct FrontDesk: Sendable {
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
    }

    /// `request` may still be sending its body.
    ///
    /// - Parameter peer: who the connection is from; nil where nobody can tell any more.
    func answer(_ request: Request, from peer: IPAddress?) async -> PlatformAnswer {
        let start = ContinuousClock.now
        let directory = directory()
        let place = Self.split(request.uri.path)
        let app = place.flatMap { directory.apps[$0.app] }
        let caller = peer.map { proxies.caller($0, forwardedFor: request.forwardedFor) }
        let answer = await answer(request, at: place?.path, for: app, directory, from: caller)
        intake.metrics.apps[app?.name ?? ""].answers.record(duration: .now - start)
        return answer
    }

    private func answer(
        _ request: Request, at path: String?, for app: App?, _ directory: Directory, from caller: IPAddress?
    ) async -> PlatformAnswer {
        guard let app, let path, let platform = byName[app.platform] else {
            let platform = platforms.first { $0.callbacks.contains { $0.path == path } } ?? platforms[0]
            let reason = path == nil ? "unknown_path" : "unknown_app"
            return platform.answer(.failed(refusals.refuse(RefusedArrival(reason, from: caller), as: .unknownApp)))
        }
        func refuse(_ reason: String, as failure: ReplyFailure, detail: String? = nil) -> PlatformAnswer {
            let arrival = RefusedArrival(reason, of: app, from: caller, detail: detail)
            return platform.answer(.failed(refusals.refuse(arrival, as: failure)))
        }
        guard app.settings.allows(caller) else { return refuse("address_not_allowed", as: .addressNotAllowed) }
        guard let callback = platform.callbacks.first(where: { $0.path == path }) else {
            return refuse("unknown_path", as: .unknownApp)
        }
        guard callback.methods.contains(request.method.rawValue) else {
            return refuse("wrong_method", as: .methodNotAllowed(allowed: callback.methods))
        }
        let contentType = Self.mediaType(request.headers[.contentType])
        guard request.method == .get || callback.contentTypes.contains(contentType) else {
            return refuse("wrong_content_type", as: .unsupportedContentType(expected: callback.contentTypes))
        }
        // Before the body is read and the signature verified: that would cost more than the answer.
        if callback.isStored, intake.isOverloaded { return platform.answer(intake.shed(for: .overloaded)) }
        let limit = PlatformServer.maximumBodyBytes
        var memory = BodyMemory.sharedBytes(of: min(request.announcedBodyBytes ?? limit, limit))
        guard bodyMemory.take(memory) else { return platform.answer(intake.shed(for: .noRoomForBody)) }
        // As long as the call is answered somebody may hold its body.
        defer { bodyMemory.giveBack(memory) }
        let body: [UInt8]
        switch await Self.read(request) {
        case .whole(let bytes): body = bytes
        case .tooLarge: return refuse("body_too_large", as: .bodyTooLarge(limit: limit))
        case .tooSlow: return refuse("too_slow", as: .tooSlow)
        // Nobody is there to hear the answer.
        case .brokenOff(let error): return refuse("body_broken_off", as: .tooSlow, detail: "\(error)")
        }
        let unused = memory - BodyMemory.sharedBytes(of: body.count)
        bodyMemory.giveBack(unused)
        memory -= unused
        let call = InboundCall(
            callback: callback, method: request.method.rawValue, contentType: contentType, body: body,
            receivedAtMilliseconds: unixMilliseconds())
        let reply = await reply(to: call, of: app, platform, directory, trace: TraceContext(request))
        guard case .failed(.refused(let refusal)) = reply else { return platform.answer(reply) }
        let arrival = RefusedArrival(
            refusal.reason.rawValue, of: app, from: caller, detail: refusal.detail, call,
            isSigned: refusal.reason.isOfSignedCalls)
        return platform.answer(.failed(refusals.refuse(arrival, as: .refused(refusal))))
    }

    private func reply(
        to call: InboundCall, of app: App, _ platform: any Platform, _ directory: Directory, trace: TraceContext?
    ) async -> Reply {
        switch platform.receive(call, for: app) {
        case .refused(let refusal): return .failed(.refused(refusal))
        case .acknowledged: return .taken
        case .goodsInquiry(let inquiry): return await look(up: inquiry, of: app, in: directory)
        case .callbackKey(let notice): return await take(notice, of: app, in: directory, trace: trace)
        case .event(var arrival):
            arrival.trace = trace
            return await intake.take(
                arrival, of: app, awaitsOutcome: platform.outcomeWriter != nil, in: directory)
        }
    }

    private func look(up inquiry: GoodsInquiry, of app: App, in directory: Directory) async -> Reply {
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
    private func take(
        _ notice: CallbackKeyNotice, of app: App, in directory: Directory, trace: TraceContext?
    ) async -> Reply {
        do {
            switch try await callbackKeys.announce(notice, of: app) {
            case .outdated:
                return .failed(.refused(.outdatedKey))
            case .current(let firstAnnounced):
                var arrival = notice.arrival
                arrival.dedupeKey = "\(firstAnnounced)"
                arrival.trace = trace
                let reply = await intake.take(arrival, of: app, awaitsOutcome: false, in: directory)
                // Nobody has to want to hear of keys.
                if case .failed(.refused(let refusal)) = reply, refusal.reason == .noRoute { return .taken }
                return reply
            }
        } catch {
            return .failed(.unavailable(retryAfterSeconds: Intake.retryAfterSeconds))
        }
    }

    /// `/in/{app}/{path}`; an app's name needs no percent-encoding. A path is ASCII: the server refuses any other.
    private static func split(_ path: String) -> (app: String, path: String)? {
        let parts = path.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: true)
        guard parts.count == 3, parts[0] == "in" else { return nil }
        return (String(parts[1]), String(parts[2]))
    }

    /// Without parameters, in small letters; empty where there is none that is ASCII.
    private static func mediaType(_ header: String?) -> String {
        guard let header, header.utf8.allSatisfy({ $0 < 0x80 }) else { return "" }
        let type = header.prefix { $0 != ";" }
        return type.split(separator: " ").joined().lowercased()
    }

    private enum Body {
        case whole([UInt8])
        case tooLarge
        case tooSlow
        case brokenOff(any Error)
    }

    private static func read(_ request: Request) async -> Body {
        let limit = PlatformServer.maximumBodyBytes
        let announced = request.announcedBodyBytes
        if let announced, announced > limit { return .tooLarge }
        var body: [UInt8] = []
        body.reserveCapacity(announced ?? 0)
        do {
            for try await part in request.body {
                if body.count + part.readableBytes > limit { return .tooLarge }
                body.append(contentsOf: part.readableBytesView)
            }
        } catch is BodyTooSlow {
            return .tooSlow
        } catch {
            return .brokenOff(error)
        }
        return .whole(body)
    }
}

extension Request {
    private static let forwardedForHeader = HTTPField.Name("X-Forwarded-For")

    fileprivate var forwardedFor: [String] {
        Self.forwardedForHeader.map { headers[values: $0] } ?? []
    }

    /// Nil where the length of the body shows at its end only.
    fileprivate var announcedBodyBytes: Int? {
        if let length = headers[.contentLength].flatMap({ Int($0) }) { return max(length, 0) }
        return headers[.transferEncoding] == nil ? 0 : nil
    }
}
