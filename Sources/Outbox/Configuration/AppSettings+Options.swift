import RelayCore

/// The column `options` of an app: what not every app has, without secrets.
extension AppSettings {
    var options: JSON {
        var members: [JSON.Member] = []
        if let goodsLibrary {
            members.append(
                .init(
                    name: "goods_library",
                    value: ["endpoint": .string(goodsLibrary.endpoint), "cache": .string(goodsLibrary.cache.text)]))
        }
        if let alliance { members.append(.init(name: "alliance", value: alliance.json)) }
        if !allowFrom.isEmpty {
            members.append(.init(name: "allow_from", value: .array(allowFrom.map { .string("\($0)") })))
        }
        return .object(members)
    }

    mutating func read(options: JSON, callbackKey: Secret?) throws {
        if let library = options["goods_library"] {
            goodsLibrary = GoodsLibrarySettings(
                endpoint: try library.required("endpoint"), cache: try Duration(text: library.required("cache")))
        }
        if let alliance = options["alliance"] {
            self.alliance = try AllianceSettings(alliance, callbackKey: callbackKey)
        }
        allowFrom = try (options["allow_from"]?.arrayValue ?? []).map { try CIDR($0.stringValue ?? "") }
    }
}

extension AllianceSettings {
    fileprivate var json: JSON {
        [
            "key_grace": .string(keyGrace.text), "base_url": .string(baseURL),
            "monthly_orders": monthlyOrders.map { JSON($0) } ?? .null,
            "reconcile": reconcile.map {
                [
                    "every": .string($0.every.text), "overlap": .string($0.overlap.text),
                    "types": .array($0.types.map { JSON($0) }),
                ]
            } ?? .null,
        ]
    }

    fileprivate init(_ json: JSON, callbackKey: Secret?) throws {
        var settings: ReconcileSettings?
        if let reconcile = json["reconcile"], reconcile != .null {
            settings = ReconcileSettings(
                every: try Duration(text: reconcile.required("every")),
                overlap: try Duration(text: reconcile.required("overlap")),
                types: (reconcile["types"]?.arrayValue ?? []).compactMap(\.intValue))
        }
        self.init(
            callbackKey: callbackKey, keyGrace: try Duration(text: json.required("key_grace")),
            baseURL: try json.required("base_url"), monthlyOrders: json["monthly_orders"]?.intValue,
            reconcile: settings)
    }
}

extension EndpointSettings {
    /// The column `options` of an endpoint.
    var options: JSON {
        var members = format.options.members ?? []
        if let alerts {
            members.append(
                .init(
                    name: "alerts",
                    value: [
                        "merchant": alerts.merchant.map { .string($0) } ?? .null,
                        "on": .string(alerts.kinds.map(\.rawValue).sorted().joined(separator: ",")),
                        "breaker_open_for": .string(alerts.breakerOpenFor.text), "at_most": .string(alerts.atMost.text),
                    ]))
        }
        if let authorities = tls.authorities { members.append(.init(name: "ca", value: .string(authorities))) }
        if let client = tls.client {
            members.append(.init(name: "client_certificate", value: .string(client.certificate)))
        }
        return .object(members)
    }
}

extension EndpointTLS {
    init(options: JSON, clientKey: Secret?) {
        self.init(authorities: options["ca"]?.stringValue)
        if let certificate = options["client_certificate"]?.stringValue, let clientKey {
            client = ClientIdentity(certificate: certificate, key: clientKey)
        }
    }
}

extension AlertSettings {
    /// Nil where `options` has none.
    init?(options: JSON) throws {
        guard let alerts = options["alerts"] else { return nil }
        self.init(
            merchant: alerts["merchant"]?.stringValue,
            kinds: Set(try alerts.required("on").split(separator: ",").compactMap { AlertKind(rawValue: String($0)) }),
            breakerOpenFor: try Duration(text: alerts.required("breaker_open_for")),
            atMost: try Rate(text: alerts.required("at_most")))
    }
}

extension EndpointFormat {
    fileprivate var options: JSON {
        guard let youzan else { return [:] }
        return [
            "grant_id": .string(youzan.grantID), "api": .string(youzan.api), "version": .string(youzan.version),
            "body": .string(youzan.body),
        ]
    }

    /// Nil for a name that this version does not know, or with a part missing.
    init?(name: String, appKey: String?, options: JSON, secret: Secret) throws {
        switch (name, appKey) {
        case ("standard", _): self = .standard(secret: secret)
        case ("platform", let appKey?): self = .platform(appKey: appKey, secret: secret)
        case ("youzan", let clientID?):
            self = .youzan(
                YouzanTarget(
                    clientID: clientID, clientSecret: secret, grantID: try options.required("grant_id"),
                    api: try options.required("api"), version: try options.required("version"),
                    body: try options.required("body")))
        case (let name, _):
            guard let robot = ChatRobot(rawValue: name) else { return nil }
            self = .robot(robot, query: secret)
        }
    }
}

/// A member of `options` that is missing, or is no text.
struct UnreadableOption: Error, CustomStringConvertible {
    let name: String
    var description: String { "options has no \(name)" }
}

extension JSON {
    fileprivate func required(_ name: String) throws(UnreadableOption) -> String {
        guard let text = self[name]?.stringValue else { throw UnreadableOption(name: name) }
        return text
    }
}
