extension Declaration {
    /// What leads from `current` to this, in the order of a file, by name within each part.
    package func changes(from current: Declaration) -> [Change] {
        Self.changes(from: current.merchants, to: merchants) { .merchant($0) }
            + Self.changes(from: current.apps, to: apps, fields: \.fields) { .app($0) }
            + Self.changes(from: current.endpoints, to: endpoints, fields: \.fields) { .endpoint($0) }
            + routeChanges(from: current)
            + goodsChanges(from: current)
            + Self.changes(
                from: Set(current.allowedPrivateNetworks ?? []), to: Set(allowedPrivateNetworks ?? [])
            ) { .privateNetwork($0) }
            + voucherChanges(from: current)
            + retentionChanges(from: current)
    }

    private func retentionChanges(from current: Declaration) -> [Change] {
        let (old, new) = (current.retention ?? Retention(), retention ?? Retention())
        if old == new { return [] }
        if old == Retention() { return [Change(.added, .retention)] }
        if new == Retention() { return [Change(.removed, .retention)] }
        return zip(old.fields, new.fields).compactMap { oldField, field in
            field.change(from: oldField).map { Change($0, .retention) }
        }
    }

    private func voucherChanges(from current: Declaration) -> [Change] {
        switch (current.voucherBaseURL, voucherBaseURL) {
        case (nil, nil): []
        case (nil, _?): [Change(.added, .meituanVoucher)]
        case (_?, nil): [Change(.removed, .meituanVoucher)]
        case (let old?, let new?):
            Field("base_url", url: new).change(from: Field("base_url", url: old)).map { [Change($0, .meituanVoucher)] }
                ?? []
        }
    }

    private static func changes(
        from old: Set<String>, to new: Set<String>, subject: (String) -> Change.Subject
    ) -> [Change] {
        old.subtracting(new).sorted().map { Change(.removed, subject($0)) }
            + new.subtracting(old).sorted().map { Change(.added, subject($0)) }
    }

    private static func changes<Settings>(
        from old: [String: Settings], to new: [String: Settings], fields: (Settings) -> [Field],
        subject: (String) -> Change.Subject
    ) -> [Change] {
        var changes = changes(from: Set(old.keys), to: Set(new.keys), subject: subject)
        for (name, settings) in new.sorted(by: { $0.key < $1.key }) {
            guard let oldSettings = old[name] else { continue }
            changes += zip(fields(oldSettings), fields(settings)).compactMap { oldField, field in
                field.change(from: oldField).map { Change($0, subject(name)) }
            }
        }
        return changes
    }

    /// The routes of a removed app go with it, without a word of their own; so do its goods.
    private func routeChanges(from current: Declaration) -> [Change] {
        apps.keys.sorted().flatMap { app in
            (routes[app] ?? []).difference(from: current.routes[app] ?? []).map { step in
                switch step {
                case .insert(_, let route, _): Change(.added, .route(route, app: app))
                case .remove(_, let route, _): Change(.removed, .route(route, app: app))
                }
            }
        }
    }

    private func goodsChanges(from current: Declaration) -> [Change] {
        apps.keys.sorted().flatMap { app in
            let old = current.goods[app] ?? []
            let new = goods[app] ?? []
            var changes = Self.changes(
                from: Dictionary(old.map { ($0.code, $0) }) { $1 }, to: Dictionary(new.map { ($0.code, $0) }) { $1 },
                fields: \.fields
            ) { .goods(code: $0, app: app) }
            let oldCodes = Set(old.map(\.code))
            let newCodes = Set(new.map(\.code))
            let stayed = old.map(\.code).filter(newCodes.contains)
            if stayed != new.map(\.code).filter(oldCodes.contains) {
                changes.append(Change(.touched("order of goods changed"), .app(app)))
            }
            return changes
        }
    }
}

/// A setting by its name in the file.
private struct Field {
    enum Value: Hashable {
        case shown(String)
        case secret(Secret)
        /// The first of both is all that may be seen of the second.
        case partlyShown(String, of: String)
    }

    let name: String
    let value: Value

    init(_ name: String, _ value: String?) {
        self.name = name
        self.value = .shown(value ?? "none")
    }

    init(_ name: String, _ value: Duration) {
        self.init(name, value.text)
    }

    init(_ name: String, secret: Secret?) {
        self.name = name
        value = secret.map { .secret($0) } ?? .shown("none")
    }

    /// Too long to be shown.
    init(_ name: String, unshown text: String?) {
        self.init(name, secret: text.map { Secret($0) })
    }

    /// What follows the `?` of an address may hold a token.
    init(_ name: String, url: String?) {
        self.name = name
        value = url.map { .partlyShown(String($0.prefix { $0 != "?" }), of: $0) } ?? .shown("none")
    }

    func change(from old: Field) -> Change.Kind? {
        guard value != old.value else { return nil }
        return switch (old.value, value) {
        case (.shown(let before), .shown(let after)): .changed(field: name, from: before, to: after)
        case (.partlyShown(let before, _), .partlyShown(let after, _)) where before != after:
            .changed(field: name, from: before, to: after)
        case (.shown(let before), .partlyShown(let after, _)), (.partlyShown(let before, _), .shown(let after)):
            .changed(field: name, from: before, to: after)
        case (.secret, _), (.partlyShown, _), (.shown, _): .touched("\(name) changed")
        }
    }
}

extension AppSettings {
    fileprivate var fields: [Field] {
        [
            Field("merchant", merchant), Field("platform", platform), Field("app_key", appKey),
            Field("secret", secret: secret), Field("clock_window", clockWindow), Field("reply.wait", reply.wait),
            Field("reply.on_pending", reply.onPending.rawValue), Field("reply.pending_message", reply.pendingMessage),
            Field("goods_library.endpoint", goodsLibrary?.endpoint),
            Field("goods_library.cache", goodsLibrary?.cache.text),
            Field("callback_key", secret: alliance?.callbackKey), Field("key_grace", alliance?.keyGrace.text),
            Field("base_url", url: alliance?.baseURL), Field("monthly_orders", alliance?.monthlyOrders.map { "\($0)" }),
            Field("reconcile.every", alliance?.reconcile?.every.text),
            Field("reconcile.overlap", alliance?.reconcile?.overlap.text),
            Field("reconcile.types", alliance?.reconcile.map { "\($0.types)" }),
            Field("allow_from", "[" + allowFrom.map { "\($0)" }.joined(separator: ", ") + "]"),
        ]
    }
}

extension EndpointSettings {
    fileprivate var fields: [Field] {
        [
            Field("merchant", merchant), Field("url", url: url), Field("format", format.name),
            Field("app_key", format.appKey), Field("secret", secret: format.secret), Field("timeout", timeout),
            Field("max_in_flight", String(maxInFlight)), Field("rate", rate?.text), Field("ordered", String(ordered)),
            Field("retry", "[" + retry.steps.map(\.text).joined(separator: ", ") + "]"),
            Field("expire_after", expireAfter), Field("daily_quota", dailyQuota.map { "\($0)" }),
            Field("breaker", String(breaker)), Field("alerts.merchant", alerts?.merchant),
            Field("on", alerts.map { $0.kinds.map(\.rawValue).sorted().joined(separator: ", ") }),
            Field("breaker_open_for", alerts?.breakerOpenFor.text), Field("at_most", alerts?.atMost.text),
            Field("grant_id", format.youzan?.grantID),
            Field("api", format.youzan?.api), Field("version", format.youzan?.version),
            Field("body", unshown: format.youzan?.body), Field("ca", unshown: tls.authorities),
            Field("client_certificate", unshown: tls.client?.certificate),
            Field("client_key", secret: tls.client?.key),
        ]
    }
}

extension Retention {
    fileprivate var fields: [Field] {
        [Field("events", events?.text), Field("attempts", attempts?.text)]
    }
}

extension Goods {
    fileprivate var fields: [Field] {
        [
            Field("name", name), Field("image", image.map { String($0) }), Field("price", price.description),
            Field("login_ids", "\(loginIDs)"),
        ]
    }
}
