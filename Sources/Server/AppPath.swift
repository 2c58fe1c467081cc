/// `/in/{app}/{path}`, whatever query is behind it. An app's name needs no percent-encoding.
struct AppPath: Hashable {
    let app: String
    let path: String

    /// Nil for any other address.
    init?(_ target: String) {
        var rest = target.utf8[...]
        // Servers are to take the whole address as well, though nobody sends it but to proxies.
        if let scheme = ["http://", "https://"].first(where: { target.hasPrefix($0) }) {
            rest = rest.dropFirst(scheme.utf8.count).drop { $0 != UInt8(ascii: "/") }
        }
        rest = rest.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        let parts = rest.split(separator: UInt8(ascii: "/"), maxSplits: 2, omittingEmptySubsequences: true)
        guard parts.count == 3, parts[0].elementsEqual("in".utf8) else { return nil }
        app = String(Substring(parts[1]))
        path = String(Substring(parts[2]))
    }
}
