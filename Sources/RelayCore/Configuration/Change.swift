/// One difference between what is configured and what is to be. Holds no secret.
package struct Change: Hashable, Sendable {
    package enum Subject: Hashable, Sendable {
        case merchant(String)
        case app(String)
        case endpoint(String)
        case route(RouteSettings, app: String)
        case goods(code: String, app: String)
        case privateNetwork(String)
        case meituanVoucher
        case retention
    }

    package enum Kind: Hashable, Sendable {
        case added
        case removed
        case changed(field: String, from: String, to: String)
        /// Where the old and the new value are nobody's business, or say nothing.
        case touched(String)
    }

    package let subject: Subject
    package let kind: Kind

    package init(_ kind: Kind, _ subject: Subject) {
        self.kind = kind
        self.subject = subject
    }
}

extension Change: CustomStringConvertible {
    /// `+ endpoint teahouse-erp`, `~ endpoint teahouse-erp: timeout 10s → 5s`, `- merchant teahouse`.
    package var description: String {
        switch kind {
        case .added: "+ \(subject)"
        case .removed: "- \(subject)"
        case .changed(let field, let old, let new): "~ \(subject): \(field) \(old) → \(new)"
        case .touched(let what): "~ \(subject): \(what)"
        }
    }
}

extension Change.Subject: CustomStringConvertible {
    package var description: String {
        switch self {
        case .merchant(let name): "merchant \(name)"
        case .app(let name): "app \(name)"
        case .endpoint(let name): "endpoint \(name)"
        case .route(let route, let app): "route of \(app): \(route)"
        case .goods(let code, let app): "goods \(code) of \(app)"
        case .privateNetwork(let network): "private network \(network)"
        case .meituanVoucher: "meituan_voucher"
        case .retention: "retention"
        }
    }
}

extension Sequence<Change> {
    /// One line each, for people.
    package var report: String {
        let lines = map(\.description)
        return lines.isEmpty ? "nothing to change" : lines.joined(separator: "\n")
    }
}
