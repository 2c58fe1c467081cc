package import Logging
package import OutboundHTTP
package import RelayCore
import Synchronization

/// Asks merchants' own goods libraries in RenRenXiu's format.
///
/// An answer serves again without asking for as long as the app's `cache` says, and in the place of one that does not
/// come for up to a day. The same question that is asked while it is open already waits for that one's answer.
package final class MerchantGoodsLibrary: GoodsLibrary {
    /// The platform's call waits, and people before it.
    private static let longestWait = Duration.seconds(5)
    /// A page of a thousand goods.
    static let answerLimit = 1 << 20
    /// Of all apps, open at a time: what bounds the memory for their answers.
    static let maximumQuestions = 32

    private typealias Asked = Result<GoodsLibraryAnswer, GoodsLibraryError>

    private struct State {
        var cache = GoodsCache()
        /// Who waits for the answer to a question that somebody else has asked.
        var followers: [GoodsCache.Key: [CheckedContinuation<Asked?, Never>]] = [:]
    }

    private let state = Mutex(State())
    private let outside: Outside
    private let unixMilliseconds: @Sendable () -> Int64
    private let now: @Sendable () -> ContinuousClock.Instant
    private let logger: Logger

    /// - Parameters:
    ///   - unixMilliseconds: for the calls' `time_stamp`.
    ///   - now: tells how old answers are.
    package init(
        outside: Outside, unixMilliseconds: @escaping @Sendable () -> Int64,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }, logger: Logger
    ) {
        self.outside = outside
        self.unixMilliseconds = unixMilliseconds
        self.now = now
        self.logger = logger
    }

    package func look(
        up inquiry: GoodsInquiry, at endpoint: Endpoint, of app: App, in directory: Directory
    ) async -> GoodsFinding {
        let key = GoodsCache.Key(app: app.id, endpoint: endpoint.id, settings: endpoint.settings, inquiry: inquiry)
        let kept = state.withLock { $0.cache.entry(for: key, at: now()) }
        if let kept, now() - kept.since < app.goodsLibrary?.cache ?? .zero { return .found(kept.page) }

        let names: Logger.Metadata = ["app": "\(app.name)", "endpoint": "\(endpoint.name)"]
        switch await askOnce(key, endpoint, directory.allowedPrivateNetworks, names) {
        case .success(.page(let page, _)):
            return .found(page)
        case .success(.refused(let message)):
            return .refused(message: message)
        case .failure(let error):
            var metadata = names
            metadata["error"] = "\(error)"
            guard let kept else {
                logger.warning("a merchant's goods library is away, and no answer of it is kept", metadata: metadata)
                return .unavailable
            }
            metadata["age"] = "\((now() - kept.since).components.seconds)s"
            logger.warning("a merchant's goods library is away: an old answer is given", metadata: metadata)
            return .found(kept.page)
        }
    }

    private func askOnce(
        _ key: GoodsCache.Key, _ endpoint: Endpoint, _ networks: [String], _ names: Logger.Metadata
    ) async -> Asked {
        if let asked = await openQuestion(key) { return asked }
        let asked = await ask(key.inquiry, endpoint, networks)
        let followers = state.withLock { state in
            switch asked {
            case .success(.page(let page, _)): state.cache.keep(page, for: key, at: now())
            case .success(.refused): state.cache.forget(key)
            case .failure: break
            }
            return state.followers.removeValue(forKey: key) ?? []
        }
        for follower in followers { follower.resume(returning: asked) }
        if case .success(.page(_, let flaws)) = asked, let first = flaws.first {
            var metadata = names
            metadata["flaws"] = "\(flaws.count)"
            metadata["first"] = "\(first)"
            logger.warning("rows of a merchant's goods library are left out", metadata: metadata)
        }
        return asked
    }

    /// Waits for the answer to the question if it is open; nil if it is the caller's to ask it.
    private func openQuestion(_ key: GoodsCache.Key) async -> Asked? {
        await withCheckedContinuation { continuation in
            let immediate = state.withLock { state -> Asked?? in
                guard state.followers[key] == nil else {
                    state.followers[key]?.append(continuation)
                    return nil
                }
                guard state.followers.count < Self.maximumQuestions else { return .some(.failure(.busy)) }
                state.followers[key] = []
                return .some(nil)
            }
            if let immediate { continuation.resume(returning: immediate) }
        }
    }

    private func ask(_ inquiry: GoodsInquiry, _ endpoint: Endpoint, _ networks: [String]) async -> Asked {
        do throws(GoodsLibraryError) {
            let answer = try await answer(to: inquiry, endpoint, networks)
            guard 200..<300 ~= answer.status else { throw .status(answer.status) }
            guard !answer.isBodyTruncated else { throw .tooLarge }
            return .success(try GoodsLibraryAnswer(answer.body, limit: inquiry.limit))
        } catch {
            return .failure(error)
        }
    }

    private func answer(
        to inquiry: GoodsInquiry, _ endpoint: Endpoint, _ networks: [String]
    ) async throws(GoodsLibraryError) -> HTTPAnswer {
        guard !endpoint.isPaused else { throw .paused }
        guard case .platform(let appKey, let secret) = endpoint.format else { throw .format(endpoint.format.name) }
        let url: HTTPURL
        do {
            url = try HTTPURL(endpoint.url)
        } catch {
            throw .address(error)
        }
        let call: HTTPCall
        do {
            let body = try GoodsLibraryCall(appKey: appKey, secret: secret, inquiry: inquiry)
                .body(atUnixMilliseconds: unixMilliseconds())
            call = HTTPCall(
                method: .post, target: url.target,
                headers: [("Content-Type", FormBody.contentType), ("User-Agent", "Yizhan")], body: body,
                answerLimit: Self.answerLimit)
        } catch {
            throw .unwritable(error)
        }
        let outside: Outside
        do {
            outside = try self.outside.trusting(endpoint.tls)
        } catch {
            throw .tls(error)
        }
        let wait = min(endpoint.timeout, Self.longestWait)
        // What is no network allows nothing; the courier has said so already.
        let policy = AddressPolicy(networks: networks) { _, _ in }
        let exchange = await HTTPDestination.with(url.origin, policy: policy, outside: outside) { destination in
            await destination.call(call, connectTimeout: wait, timeout: wait)
        }
        do {
            return try exchange.result.get()
        } catch {
            throw .unreachable(error)
        }
    }
}
