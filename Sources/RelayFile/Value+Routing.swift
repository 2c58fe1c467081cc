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
        for endpoint in [endpoint] + copies { checkTemplate(of: endpoint, forEventsOf: app) }
        return (app, RouteSettings(event: event, goods: goods, endpoint: endpoint, copies: copies))
    }

    /// A field that no event of the app's platform has would never be filled in.
    private func checkTemplate(of endpoint: String, forEventsOf app: String) {
        guard let platform = reading.platforms[app], let known = reading.rules.platforms[platform],
            let text = reading.formats[endpoint]?.youzan?.body, let template = try? JSONTemplate(parsing: text)
        else { return }
        for field in template.fields.subtracting(known).sorted() {
            report(
                "the body of endpoint \(endpoint) has {{\(field)}}, and no event of platform \(platform) has that field"
            )
        }
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
        guard let fields = fields(["app", "code", "name", "image", "price", "login_ids"]) else { return nil }
        let app = fields.required("app") { $0.appReference() }
        let code = fields.required("code") { $0.text(upTo: 100) }
        let name = fields.required("name") { $0.text(upTo: 200) }
        let image = fields.ifPresent("image") { $0.text(upTo: 2000) }
        let price = fields.required("price") { $0.price() }
        let loginIDs = fields.optional("login_ids", default: []) { value in
            value.items().map { items in items.compactMap { $0.text(upTo: 200) } }
        }

        guard let app, let code, let name, let price, let loginIDs else { return nil }
        if let first = reading.firstLine(of: "goods \(code) of \(app)", here: line) {
            report("the app has these goods on line \(first) already")
        }
        return (app, Goods(code: code, name: name, image: image, price: price, loginIDs: loginIDs))
    }

    private func appReference() -> String? {
        reference("app") { names, app in try names.check(app: app) }
    }

    func endpointReference(app: String?) -> String? {
        reference("endpoint") { names, endpoint in try names.check(endpoint: endpoint, forApp: app ?? "") }
    }
}
