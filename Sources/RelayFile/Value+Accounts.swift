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
            let fields = fields(
                ["name", "merchant", "platform", "app_key", "secret", "clock_window", "reply"],
                unsupported: ["callback_key", "base_url", "monthly_orders", "key_grace", "client_id", "client_secret"])
        else { return nil }
        let name = fields.required("name") { $0.newName(ofAddress: true) }
        let merchant = fields.required("merchant") { $0.merchantReference() }
        if let name {
            reportRepetition(of: "app", name)
            reading.names.apps[name] = .some(merchant)
        }
        let platforms = Dictionary(uniqueKeysWithValues: reading.rules.platforms.map { ($0, $0) })
        let platform = fields.required("platform") { value in
            value.word(of: platforms, unsupported: ["renrenxiu", "meituan-alliance", "youzan"])
        }
        let appKey = fields.required("app_key") { $0.text(upTo: 200) }
        let secret = fields.required("secret") { $0.secret() }
        let clockWindow = fields.optional("clock_window", default: .seconds(300)) {
            $0.duration(in: .zero ... .seconds(86_400))
        }
        let reply = fields.optional("reply", default: ReplyPolicy()) { $0.replyPolicy() }

        guard let name, let merchant, let platform, let appKey, let secret, let clockWindow, let reply else {
            return nil
        }
        return AppSettings(
            name: name, merchant: merchant, platform: platform, appKey: appKey, secret: secret,
            clockWindow: clockWindow, reply: reply)
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
