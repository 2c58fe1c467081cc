import RelayCore

/// The sections `merchants` and `apps`.
extension Value {
    func merchant() -> String? {
        guard let fields = fields(["name"]), let name = fields.required("name", { $0.newName() }) else { return nil }
        reportRepetition(of: "merchant", name)
        reading.names.merchants.insert(name)
        return name
    }

    func app() -> AppSettings? {
        guard
            let fields = fields([
                "name", "merchant", "platform", "app_key", "secret", "client_id", "client_secret", "clock_window",
                "reply", "goods_library", "callback_key", "key_grace", "base_url", "monthly_orders", "reconcile",
                "allow_from",
            ])
        else { return nil }
        let name = fields.required("name") { $0.newName(ofAddress: true) }
        let merchant = fields.required("merchant") { $0.merchantReference() }
        if let name {
            reportRepetition(of: "app", name)
            reading.names.apps[name] = .some(merchant)
        }
        let platforms = Dictionary(uniqueKeysWithValues: reading.rules.platforms.keys.map { ($0, $0) })
        let platform = fields.required("platform") { $0.word(of: platforms) }
        if let name, let platform { reading.platforms[name] = platform }
        let kind = platform.flatMap { AppKind(rawValue: $0) }
        if let kind {
            fields.refuseKeys(
                of: AppKind.allCases.map { ("platform: \($0.rawValue)", $0.ownKeys) }, butThose: kind.ownKeys)
        }
        // Youzan's words for the same two things.
        let words = kind == .youzan ? (key: "client_id", secret: "client_secret") : (key: "app_key", secret: "secret")
        let appKey = fields.required(words.key) { $0.text(upTo: 200) }
        let secret = fields.required(words.secret) { $0.secret() }
        let clockWindow = fields.optional("clock_window", default: .seconds(300)) {
            $0.duration(in: .zero ... .seconds(86_400))
        }
        let reply = fields.optional("reply", default: ReplyPolicy()) { $0.replyPolicy() }
        let library = fields.ifPresent("goods_library") { $0.goodsLibrary(app: name) }
        let alliance = kind == .meituanAlliance ? alliance(fields) : nil
        let allowFrom = fields.items("allow_from").compactMap { $0.network() }

        guard let name, let merchant, let platform, let appKey, let secret, let clockWindow, let reply else {
            return nil
        }
        return AppSettings(
            name: name, merchant: merchant, platform: platform, appKey: appKey, secret: secret,
            clockWindow: clockWindow, reply: reply, goodsLibrary: library, alliance: alliance, allowFrom: allowFrom)
    }

    /// Apps by the keys that only some have.
    private enum AppKind: String, CaseIterable {
        case renrenxiu
        case meituanAlliance = "meituan-alliance"
        case youzan

        var ownKeys: [String] {
            switch self {
            case .renrenxiu: ["app_key", "secret", "clock_window", "reply", "goods_library"]
            case .meituanAlliance:
                [
                    "app_key", "secret", "clock_window", "callback_key", "key_grace", "base_url", "monthly_orders",
                    "reconcile",
                ]
            case .youzan: ["client_id", "client_secret"]
            }
        }
    }

    private func goodsLibrary(app: String?) -> GoodsLibrarySettings? {
        guard let fields = fields(["endpoint", "cache"]) else { return nil }
        let cache = fields.optional("cache", default: .seconds(30)) { $0.duration(in: .zero ... .seconds(86_400)) }
        let endpoint = fields.required("endpoint") { value -> String? in
            guard let name = value.scalar()?.value else { return nil }
            // Endpoints come behind apps in a file.
            value.reading.checkLater { value.checkLibrary(endpoint: name, of: app) }
            return name
        }
        guard let endpoint, let cache else { return nil }
        return GoodsLibrarySettings(endpoint: endpoint, cache: cache)
    }

    private func checkLibrary(endpoint: String, of app: String?) {
        guard endpointReference(app: app) != nil else { return }
        if let format = reading.formats[endpoint], format.name != "platform" {
            report("a goods library is asked in the platform's own format: its endpoint needs format: platform")
        }
    }

    private func alliance(_ fields: Fields) -> AllianceSettings? {
        let callbackKey = fields.ifPresent("callback_key") { $0.secret() }
        let grace = fields.optional("key_grace", default: .seconds(86_400)) {
            $0.duration(in: .zero ... .seconds(30 * 86_400))
        }
        let baseURL = fields.optional("base_url", default: AllianceSettings.defaultBaseURL) { $0.url() }
        let monthlyOrders = fields.ifPresent("monthly_orders") { $0.integer(in: 0...1_000_000_000) }
        let reconcile = fields.optional("reconcile", default: ReconcileSettings()) { $0.reconcileSettings() }
        guard let grace, let baseURL, let reconcile else { return nil }
        return AllianceSettings(
            callbackKey: callbackKey, keyGrace: grace, baseURL: baseURL, monthlyOrders: monthlyOrders,
            reconcile: reconcile.every == .zero ? nil : reconcile)
    }

    private func reconcileSettings() -> ReconcileSettings? {
        guard let fields = fields(["every", "overlap", "types"]) else { return nil }
        let standard = ReconcileSettings()
        let every = fields.optional("every", default: standard.every) { value in
            value.duration(in: .zero ... .seconds(86_400)).flatMap { every in
                if every == .zero || every >= .seconds(1) { return every }
                value.report("expected 0, which turns it off, or a duration of at least 1s")
                return nil
            }
        }
        let overlap = fields.optional("overlap", default: standard.overlap) {
            $0.duration(in: .zero ... .seconds(7 * 86_400))
        }
        let types = fields.optional("types", default: standard.types) { value in
            value.items().map { items in items.compactMap { $0.integer(in: 0...1_000) } }
        }
        guard let every, let overlap, let types else { return nil }
        return ReconcileSettings(every: every, overlap: overlap, types: types)
    }

    /// The section `meituan_voucher`.
    func voucherBaseURL() -> String? {
        fields(["base_url"])?.required("base_url") { $0.url() }
    }

    private func replyPolicy() -> ReplyPolicy? {
        guard let fields = fields(["wait", "on_pending", "pending_message"]) else { return nil }
        let standard = ReplyPolicy()
        let words = Dictionary(uniqueKeysWithValues: ReplyPolicy.Pending.allCases.map { ($0.rawValue, $0) })
        let wait = fields.optional("wait", default: standard.wait) { $0.duration(in: .zero ... .seconds(60)) }
        let onPending = fields.optional("on_pending", default: standard.onPending) { $0.word(of: words) }
        let message = fields.optional("pending_message", default: standard.pendingMessage) { $0.text() }

        guard let wait, let onPending, let message else { return nil }
        return ReplyPolicy(wait: wait, onPending: onPending, pendingMessage: message)
    }

    func merchantReference() -> String? {
        reference("merchant") { names, merchant in try names.check(merchant: merchant) }
    }

    func reportRepetition(of kind: String, _ name: String) {
        if let first = reading.firstLine(of: "\(kind) \(name)", here: line) {
            report("there is another \(kind) of this name on line \(first)")
        }
    }
}
