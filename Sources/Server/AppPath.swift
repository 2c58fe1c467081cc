/// `/in/{app}/{path}`, whatever query is behind it. An app's name needs no percent-encoding.
struct AppPath: Hashable {
    let app: String
    let path: String

    /// Nil for any other address.
    init?(_ target: String) {
        var target = target
        let parts = target.withUTF8 { bytes -> (String, String)? in
            var rest = bytes[...]
            // Servers are to take the whole address as well, though nobody sends it but to proxies.
            if rest.first != UInt8(ascii: "/"),
                let scheme = ["http://", "https://"].first(where: { rest.starts(with: $0.utf8) })
            {
                rest = rest.dropFirst(scheme.utf8.count).drop { $0 != UInt8(ascii: "/") }
            }
            rest = rest.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
            guard Self.takePart(of: &rest)?.elementsEqual("in".utf8) == true, let app = Self.takePart(of: &rest) else {
                return nil
            }
            return (String(decoding: app, as: UTF8.self), String(decoding: rest, as: UTF8.self))
        }
        guard let (app, path) = parts else { return nil }
        self.app = app
        self.path = path
    }

    /// What is before the next slash, without slashes before it; nil where nothing is behind that.
    private static func takePart(
        of rest: inout UnsafeBufferPointer<UInt8>.SubSequence
    ) -> UnsafeBufferPointer<UInt8>.SubSequence? {
        let start = rest.drop { $0 == UInt8(ascii: "/") }
        let part = start.prefix { $0 != UInt8(ascii: "/") }
        rest = start[part.endIndex...].dropFirst()
        return part.isEmpty || rest.isEmpty ? nil : part
    }
}
