import RelayCore

/// A strict `http` or `https` URL: an origin, and path and query byte for byte.
package struct HTTPURL: Hashable, Sendable {
    package let origin: HTTPOrigin
    /// Path and query as they go into the request line; starts with `/`.
    package let target: String

    package init(_ text: String) throws(HTTPURLError) {
        if let byte = text.utf8.first(where: { $0 <= 0x20 || $0 >= 0x7f }) {
            throw byte >= 0x80 ? .notASCII : .whitespace
        }
        guard let separator = text.firstRange(of: "://") else { throw .notHTTP }
        guard let scheme = HTTPOrigin.Scheme(rawValue: text[..<separator.lowerBound].lowercased()) else {
            throw .notHTTP
        }
        let rest = text[separator.upperBound...]
        let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
        guard !rest[end...].contains("#") else { throw .fragment }
        target = rest[end...].hasPrefix("/") ? String(rest[end...]) : "/" + rest[end...]
        origin = try Self.origin(scheme: scheme, authority: rest[..<end])
    }

    private static func origin(
        scheme: HTTPOrigin.Scheme, authority: Substring
    ) throws(HTTPURLError) -> HTTPOrigin {
        guard !authority.contains("@") else { throw .userInfo }
        let hostText: Substring
        let portText: Substring
        let host: HTTPOrigin.Host
        if authority.hasPrefix("[") {
            guard let bracket = authority.firstIndex(of: "]") else { throw .host(String(authority)) }
            hostText = authority[authority.index(after: authority.startIndex)..<bracket]
            portText = authority[authority.index(after: bracket)...]
            guard let address = IPAddress(String(hostText)), case .v6 = address else {
                throw .host(String(authority[...bracket]))
            }
            host = .address(address)
        } else {
            let colon = authority.firstIndex(of: ":") ?? authority.endIndex
            hostText = authority[..<colon]
            portText = authority[colon...]
            host = try Self.host(hostText.lowercased())
        }
        return HTTPOrigin(scheme: scheme, host: host, port: try port(portText) ?? scheme.defaultPort)
    }

    private static func host(_ text: String) throws(HTTPURLError) -> HTTPOrigin.Host {
        guard !text.isEmpty else { throw .noHost }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        // Resolvers read 127.1, 0x7f.1 and 2130706433 as addresses, so a host that ends like a number must be one.
        if let last = labels.last, isNumber(last) {
            guard let address = IPAddress(text) else { throw .oddAddress(text) }
            return .address(address)
        }
        let isName =
            text.utf8.count <= 253
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                    && label.utf8.allSatisfy(isNameByte)
            }
        guard isName else { throw .host(text) }
        return .name(text)
    }

    private static func isNumber(_ label: Substring) -> Bool {
        if label.hasPrefix("0x") { return label.dropFirst(2).allSatisfy(\.isHexDigit) }
        return !label.isEmpty && label.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// `text` is empty or starts with a colon.
    private static func port(_ text: Substring) throws(HTTPURLError) -> Int? {
        guard !text.isEmpty else { return nil }
        let digits = text.dropFirst()
        guard text.hasPrefix(":"), isNumber(digits), !digits.hasPrefix("0"), let port = Int(digits), port <= 65535
        else { throw .port(String(digits)) }
        return port
    }
}

extension HTTPURL: CustomStringConvertible {
    /// Without the query, where tokens live.
    package var description: String { "\(origin)\(target.prefix { $0 != "?" })" }
}

package enum HTTPURLError: Error, Hashable, CustomStringConvertible {
    case notHTTP
    case notASCII
    case whitespace
    case noHost
    case userInfo
    case fragment
    case host(String)
    case oddAddress(String)
    case port(String)

    package var description: String {
        switch self {
        case .notHTTP: "the address does not start with http:// or https://"
        case .notASCII:
            "the address has a character outside ASCII; write the host in its xn-- form and percent-encode the path"
        case .whitespace: "the address has a space or a control character in it"
        case .noHost: "the address has no host"
        case .userInfo: "the address has a user name or a password in it"
        case .fragment: "the address has a fragment (#), which a call cannot carry"
        case .host(let text): "\"\(text)\" is not a host name or an IP address"
        case .oddAddress(let text):
            "\"\(text)\" looks like an IP address but is not written as four decimal numbers"
        case .port(let text): "\"\(text)\" is not a port; it is a number from 1 to 65535"
        }
    }
}
