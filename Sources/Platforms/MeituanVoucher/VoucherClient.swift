package import OutboundHTTP
package import RelayCore

/// Asks a service provider's gateway for the link by which a shop authorizes the verification of its vouchers.
package struct VoucherClient: Sendable {
    private static let path = "/api/groupBuy/getScopeUrl"
    private static let maximumTries = 4
    /// Of all tries together, and the pauses between them.
    private static let longestWait = Duration.seconds(15)
    private static let longestTry = Duration.seconds(5)

    private let url: HTTPURL
    private let policy: AddressPolicy
    private let outside: Outside
    private let now: @Sendable () -> ContinuousClock.Instant
    private let pause: @Sendable (Duration) async -> Void

    /// - Parameter baseURL: to which `/api/…` is added.
    package init(
        baseURL: String, policy: AddressPolicy, outside: Outside,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        pause: @escaping @Sendable (Duration) async -> Void = { await Task.pause(for: $0) }
    ) throws(VoucherError) {
        var base = baseURL[...]
        while base.hasSuffix("/") { base.removeLast() }
        do {
            url = try HTTPURL(base + Self.path)
        } catch {
            throw .address(error)
        }
        self.policy = policy
        self.outside = outside
        self.now = now
        self.pause = pause
    }

    /// What may pass is tried again after 0.5 s, 1 s and 2 s, as long as it is not 15 s in all.
    package func link(for shop: ShopID) async throws(VoucherError) -> Secret {
        let asked = await HTTPDestination.with(url.origin, policy: policy, outside: outside) { destination in
            await link(for: shop, from: destination)
        }
        return try asked.get()
    }

    private func link(for shop: ShopID, from destination: HTTPDestination) async -> Result<Secret, VoucherError> {
        let deadline = now() + Self.longestWait
        var delay = Duration.milliseconds(500)
        var tries = 1
        while true {
            let result = await ask(for: shop, from: destination, within: min(deadline - now(), Self.longestTry))
            guard case .failure(let error) = result, error.isWorthAnotherTry, tries < Self.maximumTries,
                now() + delay < deadline, !Task.isCancelled
            else { return result }
            await pause(delay)
            delay *= 2
            tries += 1
        }
    }

    private func ask(
        for shop: ShopID, from destination: HTTPDestination, within timeout: Duration
    ) async -> Result<Secret, VoucherError> {
        let body: JSON = ["platform": 1, "shopId": .string("\(shop)")]
        let call = HTTPCall(
            method: .post, target: url.target,
            headers: [
                ("Content-Type", "application/json"), ("Accept", "application/json"), ("User-Agent", "Yizhan"),
            ], body: body.serialized())
        let exchange = await destination.call(call, connectTimeout: timeout, timeout: timeout)
        do throws(VoucherError) {
            switch exchange.result {
            case .failure(let failure): throw .unreachable(failure)
            case .success(let answer): return .success(try VoucherAnswer.link(in: answer))
            }
        } catch {
            return .failure(error)
        }
    }
}
