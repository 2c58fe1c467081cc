import HTTPTypes
import HummingbirdCore
import Logging
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
    private let rejections: any Rejections
    private let directory: @Sendable () -> Directory
    private let unixMilliseconds: @Sendable () -> Int64
    private let logger: Logger

    init(
        platforms: [any Platform], intake: Intake, goodsLibrary: any GoodsLibrary, callbackKeys: any CallbackKeys,
        rejections: any Rejections, directory: @escaping @Sendable () -> Directory,
        unixMilliseconds: @escaping @Sendable () -> Int64, logger: Logger
    ) {
        self.platforms = platforms
        self.byName = Dictionary(uniqueKeysWithValues: platforms.map { ($0.name, $0) })
        self.intake = intake
        self.goodsLibrary = goodsLibrary
        self.callbackKeys = callbackKeys
        self.rejections = rejections
        self.directory = directory
        self.unixMilliseconds = unixMilliseconds
        self.logger = logger
    }

    /// `request` may still be sending its body.
    func answer(_ request: Request, from address: SocketAddress?) async -> PlatformAnswer {
        let start = ContinuousClock.now
        let directory = directory()
        let place = Self.split(request.uri.path)
        let app = place.flatMap { directory.apps[$0.app] }
        let answer = await answer(request, at: place?.path, for: app, directory, from: address)
        intake.metrics.apps[app?.name ?? ""].answers.record(duration: .now - start)
        return answer
    }

    private func answer(
        _ request: Request, at path: String?, for app: App?, _ directory: Directory, from address: SocketAddress?
    ) async -> PlatformAnswer {
        guard let path else {
            refuse("unknown_path", from: address)
            return platforms[0].answer(.failed(.unknownApp))
        }
        guard let app, let platform = byName[app.platform] else {
            refuse("unknown_app", from: address)
            let platform = platforms.first { $0.callbacks.contains { $0.path == path } }
            return (platform ?? platforms[0]).answer(.failed(.unknownApp))
        }
        guard let callback = platform.callbacks.first(where: { $0.path == path }) else {
            refuse("unknown_path", of: app, from: address)
            return platform.answer(.failed(.unknownApp))
        }
        guard callback.methods.contains(request.method.rawValue) else {
            refuse("wrong_method", of: app, from: address)
            return platform.answer(.failed(.methodNotAllowed(allowed: callback.methods)))
        }
        let contentType = Self.mediaType(request.headers[.contentType])
        guard request.method == .get || callback.contentTypes.contains(contentType) else {
            refuse("wrong_content_type", of: app, from: address)
            return platform.answer(.failed(.unsupportedContentType(expected: callback.contentTypes)))
        }
        let body: [UInt8]
        switch await Self.read(request) {
        case .whole(let bytes): body = bytes
        case .tooLarge:
            refuse("body_too_large", of: app, from: address)
            return platform.answer(.failed(.bodyTooLarge(limit: PlatformServer.maximumBodyBytes)))
        case .tooSlow:
            refuse("too_slow", of: app, from: address)
            return platform.answer(.failed(.tooSlow))
        case .brokenOff(let error):
            // Nobody is there to hear the answer.
            refuse("body_broken_off", of: app, from: address, detail: "\(error)")
            return platform.answer(.failed(.tooSlow))
        }
        let call = InboundCall(
            callback: callback, method: request.method.rawValue, contentType: contentType, body: body,
            receivedAtMilliseconds: unixMilliseconds())
        let reply = await reply(to: call, of: app, platform, directory, trace: TraceContext(request))
        if case .failed(.refused(let refusal)) = reply {
            refuse(refusal.reason.rawValue, of: app, from: address, detail: refusal.detail, call)
        }
        return platform.answer(reply)
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

    /// - Parameter call: where its body was read.
    private func refuse(
        _ reason: String, of app: App? = nil, from address: SocketAddress?, detail: String? = nil,
        _ call: InboundCall? = nil
    ) {
        intake.metrics.refused[.init(app: app?.name ?? "", reason: reason)].increment()
        rejections.record {
            RefusedCall(
                app: app?.id, reason: reason, detail: detail, remoteAddress: address?.ipAddress,
                parameters: call.map { ParameterNames.names(in: $0) } ?? [])
        }
        var metadata: Logger.Metadata = ["reason": "\(reason)", "from": "\(address?.ipAddress ?? "")"]
        if let app { metadata["app"] = "\(app.name)" }
        if let detail { metadata["detail"] = "\(detail)" }
        logger.warning("a call was refused", metadata: metadata)
    }

    /// `/in/{app}/{path}`; an app's name needs no percent-encoding.
    private static func split(_ path: String) -> (app: String, path: String)? {
        let parts = path.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: true)
        guard parts.count == 3, parts[0] == "in" else { return nil }
        return (String(parts[1]), String(parts[2]))
    }

    /// Without parameters, in small letters.
    private static func mediaType(_ header: String?) -> String {
        guard let header else { return "" }
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
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit { return .tooLarge }
        var body: [UInt8] = []
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
