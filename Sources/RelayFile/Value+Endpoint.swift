import RelayCore

/// The section `endpoints`.
extension Value {
    private enum Format: String, CaseIterable {
        case standard, platform, youzan

        /// Besides those that every endpoint has.
        var ownKeys: [String] {
            switch self {
            case .standard: ["url", "secret"]
            case .platform: ["url", "app_key", "secret"]
            case .youzan: ["base_url", "client_id", "client_secret", "grant_id", "api", "version", "body"]
            }
        }
    }

    func endpoint() -> EndpointSettings? {
        guard
            let fields = fields(
                [
                    "name", "merchant", "url", "format", "app_key", "secret", "timeout", "max_in_flight", "rate",
                    "ordered", "retry", "expire_after", "client_id", "client_secret", "grant_id", "api", "version",
                    "body", "base_url", "daily_quota", "breaker",
                ] + Self.tlsKeys)
        else { return nil }
        let name = fields.required("name") { $0.newName() }
        let merchant = fields.required("merchant") { $0.merchantReference() }
        if let name {
            reportRepetition(of: "endpoint", name)
            reading.names.endpoints[name] = .some(merchant)
        }
        let words = Dictionary(uniqueKeysWithValues: Format.allCases.map { ($0.rawValue, $0) })
        let kind = fields.optional("format", default: .standard) { $0.word(of: words) }
        let url =
            kind == .youzan
            ? fields.optional("base_url", default: YouzanTarget.defaultBaseURL) { $0.url() }
            : fields.required("url") { $0.url() }
        let format = format(kind, fields)
        if let name, let format { reading.formats[name] = format }
        let timeout = fields.optional("timeout", default: .seconds(10)) {
            $0.duration(in: .milliseconds(100) ... .seconds(120))
        }
        let maxInFlight = fields.optional("max_in_flight", default: 32) { $0.integer(in: 1...10_000) }
        let rate = fields.ifPresent("rate") { $0.rate() }
        let ordered = fields.optional("ordered", default: false) { $0.boolean() }
        let retry = fields.optional("retry", default: .standard) { $0.retrySchedule() }
        let expireAfter = fields.optional("expire_after", default: .seconds(72 * 3600)) {
            $0.duration(in: .milliseconds(100) ... .seconds(365 * 86_400))
        }
        let dailyQuota = fields.ifPresent("daily_quota") { $0.integer(in: 1...1_000_000_000) }
        let breaker = fields.optional("breaker", default: true) { $0.boolean() }
        let tls = tls(fields, for: url)

        guard let name, let merchant, let url, let format, let timeout, let maxInFlight, let ordered, let retry,
            let expireAfter, let breaker
        else { return nil }
        return EndpointSettings(
            name: name, merchant: merchant, url: url, format: format, timeout: timeout, maxInFlight: maxInFlight,
            rate: rate, ordered: ordered, retry: retry, expireAfter: expireAfter, dailyQuota: dailyQuota,
            breaker: breaker, tls: tls)
    }

    private func format(_ kind: Format?, _ fields: Fields) -> EndpointFormat? {
        if let kind {
            fields.refuseKeys(
                of: Format.allCases.map { ("format: \($0.rawValue)", $0.ownKeys) }, butThose: kind.ownKeys)
        }
        switch kind {
        case .standard:
            return fields.required("secret") { $0.secret(reading.rules.checkStandardSecret) }.map {
                .standard(secret: $0)
            }
        case .platform:
            let appKey = fields.required("app_key") { $0.text(upTo: 200) }
            let secret = fields.required("secret") { $0.secret() }
            guard let appKey, let secret else { return nil }
            return .platform(appKey: appKey, secret: secret)
        case .youzan:
            return youzanTarget(fields).map { .youzan($0) }
        case nil:
            // Only its variables can be checked without knowing the format.
            _ = fields.ifPresent("secret") { $0.secret() }
            return nil
        }
    }

    private func youzanTarget(_ fields: Fields) -> YouzanTarget? {
        let clientID = fields.required("client_id") { $0.text(upTo: 200) }
        let clientSecret = fields.required("client_secret") { $0.secret() }
        let grantID = fields.required("grant_id") { $0.text(upTo: 200) }
        let api = fields.required("api") { $0.pathPart("an API's name such as youzan.trade.get") }
        let version = fields.required("version") { $0.pathPart("a version such as 3.0.0") }
        let body = fields.required("body") { $0.templateText() }
        guard let clientID, let clientSecret, let grantID, let api, let version, let body else { return nil }
        return YouzanTarget(
            clientID: clientID, clientSecret: clientSecret, grantID: grantID, api: api, version: version, body: body)
    }

    /// Goes into an address as it is.
    private func pathPart(_ expected: String) -> String? {
        scalar { text in
            let isWell = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) || "._-".contains($0) }
            guard isWell, text.count <= 200, text.first != ".", !text.contains("..") else {
                throw Unsuitable("expected \(expected): letters, digits, \".\", \"_\" and \"-\"")
            }
            return text
        }
    }

    private func templateText() -> String? {
        scalar(otherwise: "is no JSON text, or a {{ of it has no }}") { text in
            guard text.utf8.count <= 64 * 1024 else { throw Unsuitable("is longer than 64 KiB") }
            let known = reading.rules.platforms.values.reduce(into: Set<String>()) { $0.formUnion($1) }
            for field in try JSONTemplate(parsing: text).fields.sorted() where !known.contains(field) {
                let advice = known.nearest(to: field).map { "; did you mean {{\($0)}}?" } ?? ""
                throw Unsuitable("no event has a field {{\(field)}}\(advice)")
            }
            return text
        }
    }

    private func retrySchedule() -> RetrySchedule? {
        guard let items = items() else { return nil }
        guard items.count <= 50 else {
            report("has \(items.count) steps; 50 are the most")
            return nil
        }
        let steps = items.compactMap { $0.duration(in: .milliseconds(1) ... .seconds(30 * 86_400)) }
        return steps.count == items.count ? RetrySchedule(steps: steps) : nil
    }
}
