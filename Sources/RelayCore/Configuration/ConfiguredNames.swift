/// What there is to refer to, and whose it is.
package struct ConfiguredNames: Sendable {
    package var merchants: Set<String>
    /// By the app's name its merchant; nil while nobody can say.
    package var apps: [String: String?]
    /// By the endpoint's name its merchant; nil while nobody can say.
    package var endpoints: [String: String?]

    package init(_ declaration: Declaration) {
        merchants = declaration.merchants
        apps = declaration.apps.mapValues(\.merchant)
        endpoints = declaration.endpoints.mapValues(\.merchant)
    }

    package func check(merchant: String) throws(BrokenReference) {
        guard merchants.contains(merchant) else {
            throw .unknown("merchant", nearest: merchants.nearest(to: merchant))
        }
    }

    package func check(app: String) throws(BrokenReference) {
        guard apps.keys.contains(app) else { throw .unknown("app", nearest: apps.keys.nearest(to: app)) }
    }

    /// Both belong to one merchant; an `app` that is not there is not checked.
    package func check(endpoint: String, forApp app: String) throws(BrokenReference) {
        guard let owner = endpoints[endpoint] else {
            throw .unknown("endpoint", nearest: endpoints.keys.nearest(to: endpoint))
        }
        guard let owner, let merchant = apps[app] ?? nil, owner != merchant else { return }
        throw .otherMerchant(owner: owner, merchant: merchant)
    }
}

/// Why a name cannot stand where it does.
package enum BrokenReference: Error, Hashable {
    case unknown(_ kind: String, nearest: String?)
    case otherMerchant(owner: String, merchant: String)
}

extension BrokenReference: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknown(let kind, nil): "there is no such \(kind)"
        case .unknown(let kind, let nearest?): "there is no such \(kind); did you mean \"\(nearest)\"?"
        case .otherMerchant(let owner, let merchant):
            "the endpoint belongs to merchant \"\(owner)\", but the app to \"\(merchant)\""
        }
    }
}

extension Declaration {
    /// Names in this that lead nowhere, each with the place where it stands.
    package func brokenReferences() -> [(place: String, problem: BrokenReference)] {
        let names = ConfiguredNames(self)
        var broken: [(place: String, problem: BrokenReference)] = []
        func check(_ place: String, _ reference: @autoclosure () throws(BrokenReference) -> Void) {
            do throws(BrokenReference) { try reference() } catch { broken.append((place, error)) }
        }
        for app in apps.values.sorted(by: { $0.name < $1.name }) {
            check("app \(app.name), merchant \(app.merchant)", try names.check(merchant: app.merchant))
            if let library = app.goodsLibrary?.endpoint {
                check(
                    "goods_library of app \(app.name), endpoint \(library)",
                    try names.check(endpoint: library, forApp: app.name))
            }
        }
        for endpoint in endpoints.values.sorted(by: { $0.name < $1.name }) {
            // Those of the relay's own have a merchant that no file has.
            guard let merchant = endpoint.alerts == nil ? endpoint.merchant : endpoint.alerts?.merchant else {
                continue
            }
            check("endpoint \(endpoint.name), merchant \(merchant)", try names.check(merchant: merchant))
        }
        for (app, list) in routes.sorted(by: { $0.key < $1.key }) {
            check("routes of app \(app)", try names.check(app: app))
            for endpoint in list.flatMap({ [$0.endpoint] + $0.copies }) {
                check("route of app \(app) to \(endpoint)", try names.check(endpoint: endpoint, forApp: app))
            }
        }
        for app in goods.keys.sorted() {
            check("goods of app \(app)", try names.check(app: app))
        }
        return broken
    }
}
