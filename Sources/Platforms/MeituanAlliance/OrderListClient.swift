package import OutboundHTTP
package import RelayCore

/// Asks Meituan Alliance for an app's orders.
package struct OrderListClient: Sendable {
    private static let connectTimeout = Duration.seconds(5)

    private let outside: Outside
    private let timeout: Duration
    private let unixMilliseconds: @Sendable () -> Int64

    /// - Parameter timeout: for a whole call.
    package init(
        outside: Outside, timeout: Duration = .seconds(20), unixMilliseconds: @escaping @Sendable () -> Int64
    ) {
        self.outside = outside
        self.timeout = timeout
        self.unixMilliseconds = unixMilliseconds
    }

    /// - Parameter settings: the app's own.
    package func page(
        _ query: OrderListQuery, of app: App, _ settings: AllianceSettings, policy: AddressPolicy
    ) async throws(OrderListError) -> OrderListPage {
        let url = try url(of: query, app, settings)
        let call = HTTPCall(method: .get, target: url.target, headers: [("User-Agent", "Yizhan")])
        let exchange = await HTTPDestination.with(url.origin, policy: policy, outside: outside) { destination in
            await destination.call(call, connectTimeout: min(Self.connectTimeout, timeout), timeout: timeout)
        }
        switch exchange.result {
        case .success(let answer): return try Self.read(answer, query)
        case .failure(let failure): throw .noAnswer(failure)
        }
    }

    private func url(
        of query: OrderListQuery, _ app: App, _ settings: AllianceSettings
    ) throws(OrderListError) -> HTTPURL {
        let base = settings.baseURL.hasSuffix("/") ? String(settings.baseURL.dropLast()) : settings.baseURL
        do {
            let signed = try query.signed(
                appKey: app.appKey, secret: app.secret, atUnixSeconds: unixMilliseconds() / 1_000)
            return try HTTPURL("\(base)/api/orderList?\(signed)")
        } catch {
            throw .unusableAddress(reason: "\(error)")
        }
    }

    private static func read(_ answer: HTTPAnswer, _ query: OrderListQuery) throws(OrderListError) -> OrderListPage {
        if answer.status == 429 { throw .quotaExceeded }
        guard answer.status == 200 else {
            // What is no JSON says nothing more than its status.
            throw (try? JSON(parsing: answer.body)).flatMap { OrderListError(refusalIn: $0) }
                ?? .status(answer.status)
        }
        if answer.isBodyTruncated { throw .tooLarge }
        let page = try OrderListPage(parsing: answer.body, type: query.type)
        let expected = max(0, min(query.limit, page.total - (query.page - 1) * query.limit))
        guard page.count >= expected else { throw .tooFew(count: page.count, expected: expected) }
        return page
    }
}
