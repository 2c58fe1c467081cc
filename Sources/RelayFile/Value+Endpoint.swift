import RelayCore

/// The section `endpoints`.
extension Value {
    private enum Format: String, CaseIterable {
        case standard, platform
    }

    func endpoint() -> EndpointSettings? {
        guard
            let fields = fields(
                [
                    "name", "merchant", "url", "format", "app_key", "secret", "timeout", "max_in_flight", "rate",
                    "ordered", "retry", "expire_after",
                ],
                unsupported: [
                    "daily_quota", "client_id", "client_secret", "grant_id", "api", "version", "body", "base_url",
                ])
        else { return nil }
        let name = fields.required("name") { $0.newName() }
        let merchant = fields.required("merchant") { $0.merchantReference() }
        if let name {
            reportRepetition(of: "endpoint", name)
            reading.names.endpoints[name] = .some(merchant)
        }
        let url = fields.required("url") { $0.url() }
        let format = format(fields)
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

        guard let name, let merchant, let url, let format, let timeout, let maxInFlight, let ordered, let retry,
            let expireAfter
        else { return nil }
        return EndpointSettings(
            name: name, merchant: merchant, url: url, format: format, timeout: timeout, maxInFlight: maxInFlight,
            rate: rate, ordered: ordered, retry: retry, expireAfter: expireAfter)
    }

    private func format(_ fields: Fields) -> EndpointFormat? {
        let words = Dictionary(uniqueKeysWithValues: Format.allCases.map { ($0.rawValue, $0) })
        switch fields.optional("format", default: .standard, { $0.word(of: words, unsupported: ["youzan"]) }) {
        case .standard:
            fields.refuse("app_key", because: "belongs to format: platform")
            return fields.required("secret") { $0.secret(reading.rules.checkStandardSecret) }.map {
                .standard(secret: $0)
            }
        case .platform:
            let appKey = fields.required("app_key") { $0.text(upTo: 200) }
            let secret = fields.required("secret") { $0.secret() }
            guard let appKey, let secret else { return nil }
            return .platform(appKey: appKey, secret: secret)
        case nil:
            // Only its variables can be checked without knowing the format.
            _ = fields.ifPresent("secret") { $0.secret() }
            return nil
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
