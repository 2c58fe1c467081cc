package import RelayCore
import Yams

/// Reads `relay.yaml`.
package enum RelayFile {
    /// Reads the whole file and reports everything that is wrong with it at once.
    ///
    /// - Parameters:
    ///   - name: What the file is called in front of its problems.
    ///   - configured: What the file may refer to without naming it itself: empty where that would be pruned.
    ///   - environment: Gives the value of `${NAME}`; nil if it is unset.
    package static func read(
        text: String, name: String = "relay.yaml", configured: Declaration = Declaration(), rules: RelayFileRules,
        environment: @escaping (String) -> String?
    ) throws(RelayFileProblems) -> Declaration {
        let reading = Reading(configured: configured, rules: rules, environment: environment)
        let declaration = read(text, reading)
        guard reading.problems.isEmpty else { throw RelayFileProblems(file: name, problems: reading.problems) }
        return declaration
    }

    private static func read(_ text: String, _ reading: Reading) -> Declaration {
        let root: Node
        switch YAMLDocument.compose(text) {
        case .success(let node): root = node
        case .failure(let failure):
            reading.report(failure.message, at: failure.position, place: Place())
            return Declaration()
        }
        guard
            let sections = Value(root, at: Place(), reading).fields(
                [
                    "merchants", "apps", "endpoints", "routes", "goods", "allow_private_networks", "meituan_voucher",
                    "retention", "alerts",
                ])
        else { return Declaration() }

        // In this order, each section finds the names it refers to.
        let merchants = sections.items("merchants").compactMap { $0.merchant() }
        let apps = sections.items("apps").compactMap { $0.app() }
        let endpoints = sections.items("endpoints").compactMap { $0.endpoint() }
        let routes = sections.items("routes").compactMap { $0.route() }
        let goods = sections.items("goods").compactMap { $0.goods() }
        let networks = sections.items("allow_private_networks").compactMap { $0.network() }.map { "\($0)" }
        let voucherBaseURL = sections.ifPresent("meituan_voucher") { $0.voucherBaseURL() }
        let alerts = sections.items("alerts").compactMap { $0.alert() }
        let retention = sections.ifPresent("retention") { $0.retention() }
        reading.makeLaterChecks()
        return Declaration(
            merchants: Set(merchants), apps: apps, endpoints: endpoints + alerts,
            routes: Dictionary(grouping: routes, by: \.app).mapValues { $0.map(\.settings) },
            goods: Dictionary(grouping: goods, by: \.app).mapValues { $0.map(\.goods) },
            allowedPrivateNetworks: sections.has("allow_private_networks") ? networks : nil,
            voucherBaseURL: voucherBaseURL, retention: retention)
    }
}
