import PostgreSQL
import RelayCore

/// All rows of the configuration but the removed ones.
struct StoredConfiguration: Sendable {
    let version: Int64
    let allowedPrivateNetworks: [String]
    let voucherBaseURL: String?
    let retention: Retention
    let merchants: Set<String>
    let apps: [App]
    let endpoints: [Endpoint]
    let routes: [AppID: [Route]]
    let goods: [AppID: [Goods]]
    /// Whose secrets were sealed with a key that is no longer the first.
    let outdatedSeals: [Change.Subject]

    /// Several statements: they need one snapshot, or the configuration's lock.
    static func load(
        on connection: isolated PostgresConnection, opening box: SecretBox
    ) async throws -> StoredConfiguration {
        var outdatedSeals: [Change.Subject] = []

        let configuration = try await connection.query(
            """
            SELECT c.version, c.allowed_private_networks, c.voucher_base_url, c.keep_events, c.keep_attempts
            FROM yizhan.configuration AS c
            """)
        let merchants = try await connection.query(
            "SELECT m.name FROM yizhan.merchant AS m WHERE m.removed_at IS NULL")
        let apps = try await connection.query(selectApps).map { row in
            let (app, sealed) = try app(row, opening: box)
            if box.isOutdated(sealed) { outdatedSeals.append(.app(app.name)) }
            return app
        }
        let endpoints = try await connection.query(selectEndpoints).map { row in
            let (endpoint, sealed) = try endpoint(row, opening: box)
            if box.isOutdated(sealed) { outdatedSeals.append(.endpoint(endpoint.name)) }
            return endpoint
        }
        let routes = try await connection.query(selectRoutes).map(route)

        return StoredConfiguration(
            version: try configuration[0].int64(0),
            allowedPrivateNetworks: try configuration[0].texts(1),
            voucherBaseURL: try configuration[0].optional.text(2),
            retention: Retention(
                events: try configuration[0].optional.interval(3), attempts: try configuration[0].optional.interval(4)),
            merchants: Set(try merchants.map { try $0.text(0) }),
            apps: apps,
            endpoints: endpoints,
            routes: Dictionary(grouping: routes, by: \.app).mapValues { $0.map(\.route) },
            goods: try await loadGoods(on: connection),
            outdatedSeals: outdatedSeals)
    }

    var directory: Directory {
        Directory(
            version: version, apps: apps, endpoints: endpoints, routes: routes, goods: goods,
            allowedPrivateNetworks: allowedPrivateNetworks, voucherBaseURL: voucherBaseURL, retention: retention)
    }

    var declaration: Declaration {
        let endpointNames = Dictionary(uniqueKeysWithValues: endpoints.map { ($0.id, $0.name) })
        var declaration = Declaration(
            merchants: merchants, apps: apps.map(\.settings), endpoints: endpoints.map(\.settings),
            allowedPrivateNetworks: allowedPrivateNetworks, voucherBaseURL: voucherBaseURL,
            retention: retention == Retention() ? nil : retention)
        for app in apps {
            declaration.goods[app.name] = goods[app.id]
            declaration.routes[app.name] = routes[app.id]?.compactMap { route in
                guard let endpoint = endpointNames[route.endpoint] else { return nil }
                return RouteSettings(
                    event: route.event, goods: route.goods, endpoint: endpoint,
                    copies: route.copies.compactMap { endpointNames[$0] })
            }
        }
        return declaration
    }
}

extension StoredConfiguration {
    private static let selectApps: PostgresStatement = """
        SELECT a.id, a.name, m.name, a.platform, a.app_key, a.clock_window, a.reply_wait, a.on_pending,
               a.pending_message, a.sealed_secrets, a.options
        FROM yizhan.app AS a JOIN yizhan.merchant AS m ON m.id = a.merchant_id
        WHERE a.removed_at IS NULL
        ORDER BY a.name
        """

    private static func app(_ row: PostgresRow, opening box: SecretBox) throws -> (app: App, sealed: [UInt8]) {
        let name = try row.text(1)
        let pending = try row.text(7)
        guard let onPending = ReplyPolicy.Pending(rawValue: pending) else {
            throw ConfigurationError.unreadable(row: "app \(name)", reason: "on_pending is \(pending)")
        }
        let sealed = try row.bytes(9)
        let secrets = try SealedSecrets.open(sealed, for: .app(name), in: box)
        var settings = AppSettings(
            name: name,
            merchant: try row.text(2),
            platform: try row.text(3),
            appKey: try row.text(4),
            secret: secrets.secret,
            clockWindow: try row.interval(5),
            reply: ReplyPolicy(wait: try row.interval(6), onPending: onPending, pendingMessage: try row.text(8)))
        do {
            try settings.read(options: JSON(parsing: row.text(10)), callbackKey: secrets.declaredCallbackKey)
        } catch {
            throw ConfigurationError.unreadable(row: "app \(name)", reason: "\(error)")
        }
        let app = App(id: AppID(try row.int32(0)), settings: settings, callbackKeys: secrets.callbackKeys)
        return (app, sealed)
    }

    /// Steps of a retry in milliseconds, the finest that a file may ask for.
    private static let selectEndpoints: PostgresStatement = """
        SELECT e.id, e.name, m.name, e.url, e.format, e.app_key, e.timeout, e.max_in_flight, e.rate_count,
               e.rate_period, e.ordered, e.expire_after, e.sealed_secrets, e.paused_at IS NOT NULL,
               ARRAY(SELECT (extract(epoch FROM s.step) * 1000)::bigint
                     FROM unnest(e.retry) WITH ORDINALITY AS s (step, place) ORDER BY s.place),
               e.options, e.daily_quota, e.breaker
        FROM yizhan.endpoint AS e JOIN yizhan.merchant AS m ON m.id = e.merchant_id
        WHERE e.removed_at IS NULL
        ORDER BY e.name
        """

    private static func endpoint(
        _ row: PostgresRow, opening box: SecretBox
    ) throws -> (endpoint: Endpoint, sealed: [UInt8]) {
        let name = try row.text(1)
        let sealed = try row.bytes(12)
        let secrets = try SealedSecrets.open(sealed, for: .endpoint(name), in: box)
        let found: EndpointFormat?
        let alerts: AlertSettings?
        let tls: EndpointTLS
        do {
            let options = try JSON(parsing: row.text(15))
            found = try EndpointFormat(
                name: row.text(4), appKey: row.optional.text(5), options: options, secret: secrets.secret)
            alerts = try AlertSettings(options: options)
            tls = EndpointTLS(options: options, clientKey: secrets.clientKey)
        } catch {
            throw ConfigurationError.unreadable(row: "endpoint \(name)", reason: "\(error)")
        }
        guard let format = found else {
            throw ConfigurationError.unreadable(row: "endpoint \(name)", reason: "format is \(try row.text(4))")
        }
        var rate: Rate?
        if let count = try row.optional.int32(8) { rate = Rate(count: Int(count), period: try row.interval(9)) }
        var endpoint = Endpoint(
            id: EndpointID(try row.int32(0)),
            name: name,
            merchant: try row.text(2),
            url: try row.text(3),
            format: format,
            timeout: try row.interval(6),
            maxInFlight: Int(try row.int32(7)),
            rate: rate,
            ordered: try row.bool(10),
            retry: RetrySchedule(steps: try row.int64s(14).map { .milliseconds($0) }),
            expireAfter: try row.interval(11),
            dailyQuota: try row.optional.int32(16).map { Int($0) },
            breaker: try row.bool(17),
            tls: tls,
            isPaused: try row.bool(13))
        endpoint.alerts = alerts
        return (endpoint, sealed)
    }

    /// Endpoints that a person has marked as removed do not take the configuration's whole with them.
    private static let selectRoutes: PostgresStatement = """
        SELECT r.app_id, r.event_pattern, r.goods_pattern, r.endpoint_id,
               ARRAY(SELECT c.id FROM unnest(r.copies) WITH ORDINALITY AS n (id, place)
                     JOIN yizhan.endpoint AS c ON c.id = n.id AND c.removed_at IS NULL ORDER BY n.place)
        FROM yizhan.route AS r
             JOIN yizhan.app AS a ON a.id = r.app_id AND a.removed_at IS NULL
             JOIN yizhan.endpoint AS e ON e.id = r.endpoint_id AND e.removed_at IS NULL
        ORDER BY r.app_id, r.position
        """

    private static func route(_ row: PostgresRow) throws -> (app: AppID, route: Route) {
        let app = AppID(try row.int32(0))
        do {
            let route = Route(
                event: try ShellPattern(row.text(1)),
                goods: try row.optional.text(2).map { try ShellPattern($0) },
                endpoint: EndpointID(try row.int32(3)),
                copies: try row.int32s(4).map { EndpointID($0) })
            return (app, route)
        } catch let error as ShellPatternError {
            throw ConfigurationError.unreadable(row: "route of app number \(app.number)", reason: "\(error)")
        }
    }

    private static func loadGoods(on connection: isolated PostgresConnection) async throws -> [AppID: [Goods]] {
        let rows = try await connection.query(
            """
            SELECT g.app_id, g.code, g.name, g.image, (g.price * 100)::bigint, g.login_ids
            FROM yizhan.goods AS g ORDER BY g.app_id, g.position
            """)
        var goods: [AppID: [Goods]] = [:]
        for row in rows {
            goods[AppID(try row.int32(0)), default: []].append(
                Goods(
                    code: try row.text(1), name: try row.text(2), image: try row.optional.text(3),
                    price: Price(cents: try row.int64(4)), loginIDs: try row.texts(5)))
        }
        return goods
    }
}
