import RelayCore

/// The section `alerts`.
extension Value {
    private enum Format: String, CaseIterable {
        case dingtalk, wecom, standard
    }

    /// As an endpoint of the relay's own.
    func alert() -> EndpointSettings? {
        guard
            let fields = fields([
                "name", "url", "format", "secret", "merchant", "on", "breaker_open_for", "at_most",
            ])
        else { return nil }
        let standard = AlertSettings()
        let name = fields.required("name") { $0.newName() }
        if let name { reportRepetition(of: "alert", name) }
        let formats = Dictionary(uniqueKeysWithValues: Format.allCases.map { ($0.rawValue, $0) })
        let target = fields.required("format") { $0.word(of: formats) }.flatMap { destination($0, fields) }
        let on = fields.optional("on", default: standard.kinds) { $0.alertKinds() }
        let openFor = fields.optional("breaker_open_for", default: standard.breakerOpenFor) {
            $0.duration(in: .zero ... .seconds(7 * 86_400))
        }
        let atMost = fields.optional("at_most", default: standard.atMost) { $0.rate() }
        let merchant = fields.ifPresent("merchant") { $0.merchantReference() }

        guard let name, let target, let on, let openFor, let atMost else { return nil }
        return OwnHouse.endpoint(
            named: name, url: target.url, format: target.format,
            alerts: AlertSettings(merchant: merchant, kinds: on, breakerOpenFor: openFor, atMost: atMost))
    }

    private func alertKinds() -> Set<AlertKind>? {
        let words = Dictionary(uniqueKeysWithValues: AlertKind.allCases.map { ($0.rawValue, $0) })
        guard let items = items() else { return nil }
        return Set(items.compactMap { $0.word(of: words) })
    }

    private func destination(_ format: Format, _ fields: Fields) -> (url: String, format: EndpointFormat)? {
        switch format {
        case .dingtalk: return robot(.dingtalk, fields)
        case .wecom: return robot(.wecom, fields)
        case .standard:
            let url = fields.required("url") { $0.url() }
            let secret = fields.required("secret") { $0.secret(reading.rules.checkStandardSecret) }
            guard let url, let secret else { return nil }
            return (url, .standard(secret: secret))
        }
    }

    /// Whoever has the token behind the `?` can write to the group, so the address is read like a secret.
    private func robot(_ robot: ChatRobot, _ fields: Fields) -> (url: String, format: EndpointFormat)? {
        fields.refuseKeys(of: [("format: standard", ["secret"])], butThose: [])
        let address = fields.required("url") { value in
            value.secret { secret in
                do {
                    try value.reading.rules.checkURL(secret.reveal())
                } catch {
                    throw Unsuitable("is no address that the relay can call")
                }
                guard secret.reveal().split(separator: "?", maxSplits: 1).count == 2 else {
                    throw Unsuitable("expected the robot's whole address, with its token behind a ?")
                }
            }
        }
        guard let parts = address?.reveal().split(separator: "?", maxSplits: 1), parts.count == 2 else { return nil }
        return (String(parts[0]), .robot(robot, query: Secret(String(parts[1]))))
    }
}
