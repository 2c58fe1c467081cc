import RelayCore

/// The sections `routes` and `goods`.
extension Value {
    func route() -> (app: String, settings: RouteSettings)? {
        guard let fields = fields(["app", "event", "goods", "endpoint", "copies"]) else { return nil }
        let app = fields.required("app") { $0.appReference() }
        let event = fields.required("event") { $0.pattern() }
        let goods = fields.ifPresent("goods") { $0.pattern() }
        let endpoint = fields.required("endpoint") { $0.endpointReference(app: app) }
        let copies = fields.optional("copies", default: []) { $0.copies(app: app, besides: endpoint) }

        guard let app, let event, let endpoint, let copies else { return nil }
        return (app, RouteSettings(event: event, goods: goods, endpoint: endpoint, copies: copies))
    }

    private func copies(app: String?, besides endpoint: String?) -> [String]? {
        guard let items = items() else { return nil }
        var copies: [String] = []
        for item in items {
            guard let copy = item.endpointReference(app: app) else { continue }
            if copy == endpoint || copies.contains(copy) {
                item.report("the route goes to this endpoint already")
            }
            copies.append(copy)
        }
        return copies.count == items.count ? copies : nil
    }

    func goods() -> (app: String, goods: Goods)? {
        guard let fields = fields(["app", "code", "name", "image", "price"]) else { return nil }
        let app = fields.required("app") { $0.appReference() }
        let code = fields.required("code") { $0.text(upTo: 100) }
        let name = fields.required("name") { $0.text(upTo: 200) }
        let image = fields.ifPresent("image") { $0.text(upTo: 2000) }
        let price = fields.required("price") { $0.price() }

        guard let app, let code, let name, let price else { return nil }
        if let first = reading.firstLine(of: "goods \(code) of \(app)", here: line) {
            report("the app has these goods on line \(first) already")
        }
        return (app, Goods(code: code, name: name, image: image, price: price))
    }

    private func appReference() -> String? {
        reference("app") { names, app in try names.check(app: app) }
    }

    private func endpointReference(app: String?) -> String? {
        reference("endpoint") { names, endpoint in try names.check(endpoint: endpoint, forApp: app ?? "") }
    }
}
