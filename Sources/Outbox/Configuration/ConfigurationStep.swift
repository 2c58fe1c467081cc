import PostgreSQL
import RelayCore

/// From one configuration to the next, row by row.
struct ConfigurationStep: Sendable {
    let changes: [Change]
    private let current: Declaration
    private let target: Declaration
    private let callbackKeys: [String: CallbackKeyRing]
    private let outdatedSeals: Set<Change.Subject>

    init(from stored: StoredConfiguration, to target: Declaration) {
        self.current = stored.declaration
        self.target = target
        self.callbackKeys = Dictionary(uniqueKeysWithValues: stored.apps.map { ($0.name, $0.callbackKeys) })
        self.outdatedSeals = Set(stored.outdatedSeals)
        let kept = stored.outdatedSeals.filter { subject in
            switch subject {
            case .app(let name): target.apps.keys.contains(name)
            case .endpoint(let name): target.endpoints.keys.contains(name)
            case .merchant, .route, .goods, .privateNetwork, .meituanVoucher, .retention: false
            }
        }
        changes = target.changes(from: current) + kept.map { Change(.touched("encrypted with the new master key"), $0) }
    }

    private var removedApps: [String] { current.apps.keys.filter { target.apps[$0] == nil } }
    private var removedEndpoints: [String] { current.endpoints.keys.filter { target.endpoints[$0] == nil } }

    /// A relay that has not heard of the change yet may still store one. It then waits in the outbox until its endpoint
    /// is configured again, or it is cancelled.
    func refuseOpenDeliveries(on connection: isolated PostgresConnection) async throws {
        guard !removedApps.isEmpty || !removedEndpoints.isEmpty else { return }
        let rows = try await connection.query(
            """
            SELECT 'endpoint ' || e.name, count(*)
            FROM yizhan.outbox AS o JOIN yizhan.endpoint AS e ON e.id = o.endpoint_id
            WHERE e.name = ANY ($1) GROUP BY e.name
            UNION ALL
            SELECT 'app ' || a.name, count(*)
            FROM yizhan.outbox AS o JOIN yizhan.app AS a ON a.id = o.app_id
            WHERE a.name = ANY ($2) GROUP BY a.name
            ORDER BY 1
            """, [.texts(removedEndpoints), .texts(removedApps)])
        let open = try rows.map {
            ConfigurationError.OpenDeliveries(owner: try $0.text(0), count: try $0.int64(1))
        }
        guard open.isEmpty else { throw ConfigurationError.openDeliveries(open) }
    }

    /// The configuration's lock is held. What refers to something comes after it.
    func write(on connection: isolated PostgresConnection, sealing box: SecretBox, prune: Bool) async throws {
        try await add(merchants: target.merchants.subtracting(current.merchants), on: connection)
        for (name, app) in target.apps where current.apps[name] != app || outdatedSeals.contains(.app(name)) {
            try await put(app, sealing: box, on: connection)
        }
        for (name, endpoint) in target.endpoints
        where current.endpoints[name] != endpoint || outdatedSeals.contains(.endpoint(name)) {
            try await put(endpoint, sealing: box, on: connection)
        }
        for app in Set(current.apps.keys).union(target.apps.keys) {
            let routes = target.apps[app] == nil ? [] : target.routes[app] ?? []
            if routes != current.routes[app] ?? [] { try await replaceRoutes(of: app, by: routes, on: connection) }
            let goods = target.apps[app] == nil ? [] : target.goods[app] ?? []
            if goods != current.goods[app] ?? [] { try await replaceGoods(of: app, by: goods, on: connection) }
        }
        try await remove(on: connection)
        if let networks = target.allowedPrivateNetworks, networks != current.allowedPrivateNetworks {
            try await connection.query(
                "UPDATE yizhan.configuration AS c SET allowed_private_networks = $1", [.texts(networks)])
        }
        if target.voucherBaseURL != current.voucherBaseURL {
            try await connection.query(
                "UPDATE yizhan.configuration AS c SET voucher_base_url = $1", [.text(target.voucherBaseURL)])
        }
        if target.retention != current.retention {
            try await connection.query(
                "UPDATE yizhan.configuration AS c SET keep_events = $1, keep_attempts = $2",
                [.interval(target.retention?.events), .interval(target.retention?.attempts)])
        }
        try await connection.query("SELECT yizhan.configuration_changed()")
        try await log(prune: prune, on: connection)
    }

    /// A name that was removed once comes back with its number.
    private func add(merchants: Set<String>, on connection: isolated PostgresConnection) async throws {
        guard !merchants.isEmpty else { return }
        try await connection.query(
            """
            INSERT INTO yizhan.merchant AS m (name) SELECT n.name FROM unnest($1) AS n (name)
            ON CONFLICT (name) DO UPDATE SET removed_at = NULL
            """, [.texts(merchants.sorted())])
    }

    private func put(
        _ app: AppSettings, sealing box: SecretBox, on connection: isolated PostgresConnection
    ) async throws {
        let keys = try await callbackKeys(of: app, on: connection)
        let sealed = try SealedSecrets(
            secret: app.secret, declaredCallbackKey: app.alliance?.callbackKey, callbackKeys: keys
        ).seal(for: .app(app.name), in: box)
        try await connection.query(
            """
            INSERT INTO yizhan.app AS a
                (merchant_id, name, platform, app_key, clock_window, reply_wait, on_pending, pending_message,
                 sealed_secrets, options)
            SELECT m.id, $2, $3, $4, $5, $6, $7, $8, $9, $10 FROM yizhan.merchant AS m WHERE m.name = $1
            ON CONFLICT (name) DO UPDATE SET
                merchant_id = excluded.merchant_id, platform = excluded.platform, app_key = excluded.app_key,
                clock_window = excluded.clock_window, reply_wait = excluded.reply_wait,
                on_pending = excluded.on_pending, pending_message = excluded.pending_message,
                sealed_secrets = excluded.sealed_secrets, options = excluded.options, removed_at = NULL
            """,
            [
                .text(app.merchant), .text(app.name), .text(app.platform), .text(app.appKey),
                .interval(app.clockWindow), .interval(app.reply.wait), .text(app.reply.onPending.rawValue),
                .text(app.reply.pendingMessage), .bytea(sealed),
                .json(String(decoding: app.options.serialized(), as: UTF8.self)),
            ])
    }

    /// A key that stands in the file for the first time replaces the current one. One that stood there before says
    /// nothing: the platform may have announced a newer one since.
    private func callbackKeys(
        of app: AppSettings, on connection: isolated PostgresConnection
    ) async throws -> CallbackKeyRing {
        var keys = callbackKeys[app.name] ?? CallbackKeyRing()
        guard let alliance = app.alliance, let declared = alliance.callbackKey,
            current.apps[app.name]?.alliance?.callbackKey != declared
        else { return keys }
        let now = try await connection.databaseMilliseconds()
        keys.declare(declared, grace: alliance.keyGrace, nowUnixMilliseconds: now)
        return keys
    }

    /// Whether it is paused is left as it is.
    private func put(
        _ endpoint: EndpointSettings, sealing box: SecretBox, on connection: isolated PostgresConnection
    ) async throws {
        let sealed = try SealedSecrets(secret: endpoint.format.secret, clientKey: endpoint.tls.client?.key)
            .seal(for: .endpoint(endpoint.name), in: box)
        try await connection.query(
            """
            INSERT INTO yizhan.endpoint AS e
                (merchant_id, name, url, format, app_key, timeout, max_in_flight, rate_count, rate_period, ordered,
                 retry, expire_after, sealed_secrets, options, daily_quota, breaker)
            SELECT m.id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16
            FROM yizhan.merchant AS m WHERE m.name = $1
            ON CONFLICT (name) DO UPDATE SET
                merchant_id = excluded.merchant_id, url = excluded.url, format = excluded.format,
                app_key = excluded.app_key, timeout = excluded.timeout, max_in_flight = excluded.max_in_flight,
                rate_count = excluded.rate_count, rate_period = excluded.rate_period, ordered = excluded.ordered,
                retry = excluded.retry, expire_after = excluded.expire_after,
                sealed_secrets = excluded.sealed_secrets, options = excluded.options,
                daily_quota = excluded.daily_quota, breaker = excluded.breaker, removed_at = NULL
            """,
            [
                .text(endpoint.merchant), .text(endpoint.name), .text(endpoint.url), .text(endpoint.format.name),
                .text(endpoint.format.appKey), .interval(endpoint.timeout), .int32(Int32(endpoint.maxInFlight)),
                .int32(endpoint.rate.map { Int32($0.count) }), .interval(endpoint.rate?.period),
                .bool(endpoint.ordered), .intervals(endpoint.retry.steps), .interval(endpoint.expireAfter),
                .bytea(sealed), .json(String(decoding: endpoint.options.serialized(), as: UTF8.self)),
                .int32(endpoint.dailyQuota.map { Int32($0) }), .bool(endpoint.breaker),
            ])
    }

    private func replaceRoutes(
        of app: String, by routes: [RouteSettings], on connection: isolated PostgresConnection
    ) async throws {
        try await connection.query(
            "DELETE FROM yizhan.route AS r USING yizhan.app AS a WHERE a.id = r.app_id AND a.name = $1", [.text(app)])
        for (position, route) in routes.enumerated() {
            try await connection.query(
                """
                INSERT INTO yizhan.route (app_id, position, event_pattern, goods_pattern, endpoint_id, copies)
                SELECT a.id, $2, $3, $4, e.id,
                       ARRAY(SELECT c.id FROM unnest($6) WITH ORDINALITY AS n (name, place)
                             JOIN yizhan.endpoint AS c ON c.name = n.name ORDER BY n.place)
                FROM yizhan.app AS a, yizhan.endpoint AS e WHERE a.name = $1 AND e.name = $5
                """,
                [
                    .text(app), .int32(Int32(position)), .text(route.event.description),
                    .text(route.goods?.description), .text(route.endpoint), .texts(route.copies),
                ])
        }
    }

    private func replaceGoods(
        of app: String, by goods: [Goods], on connection: isolated PostgresConnection
    ) async throws {
        try await connection.query(
            "DELETE FROM yizhan.goods AS g USING yizhan.app AS a WHERE a.id = g.app_id AND a.name = $1", [.text(app)])
        try await connection.query(
            """
            INSERT INTO yizhan.goods (app_id, code, position, name, image, price, login_ids)
            SELECT a.id, g.code, g.place, g.name, g.image, g.cents::numeric / 100,
                   ARRAY(SELECT l.value FROM jsonb_array_elements_text(g.login_ids) WITH ORDINALITY AS l (value, place)
                         ORDER BY l.place)
            FROM yizhan.app AS a,
                 unnest($2, $3, $4, $5, $6) WITH ORDINALITY AS g (code, name, image, cents, login_ids, place)
            WHERE a.name = $1
            """,
            [
                .text(app), .texts(goods.map(\.code)), .texts(goods.map(\.name)), .texts(goods.map(\.image)),
                .int64s(goods.map(\.price.cents)),
                .jsons(
                    goods.map {
                        String(decoding: JSON.array($0.loginIDs.map { .string($0) }).serialized(), as: UTF8.self)
                    }),
            ])
    }

    /// The rows stay for the events that name them; their secrets do not.
    private func remove(on connection: isolated PostgresConnection) async throws {
        try await connection.query(
            "UPDATE yizhan.app AS a SET removed_at = now(), sealed_secrets = '' WHERE a.name = ANY ($1)",
            [.texts(removedApps)])
        try await connection.query(
            "UPDATE yizhan.endpoint AS e SET removed_at = now(), sealed_secrets = '' WHERE e.name = ANY ($1)",
            [.texts(removedEndpoints)])
        try await connection.query(
            "UPDATE yizhan.merchant AS m SET removed_at = now() WHERE m.name = ANY ($1)",
            [.texts(current.merchants.subtracting(target.merchants).sorted())])
    }

    private func log(prune: Bool, on connection: isolated PostgresConnection) async throws {
        var counts = (added: 0, changed: 0, removed: 0)
        for change in changes {
            switch change.kind {
            case .added: counts.added += 1
            case .removed: counts.removed += 1
            case .changed, .touched: counts.changed += 1
            }
        }
        let arguments: JSON = [
            "added": JSON(counts.added), "changed": JSON(counts.changed), "removed": JSON(counts.removed),
            "prune": .bool(prune),
        ]
        try await connection.query(
            "INSERT INTO yizhan.ops_log (action, arguments, row_count) VALUES ('apply', $1, $2)",
            [.json(String(decoding: arguments.serialized(), as: UTF8.self)), .int64(Int64(changes.count))])
    }
}
