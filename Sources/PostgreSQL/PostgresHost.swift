/// One of several hosts in a connection string.
struct PostgresHost: Hashable, Sendable {
    var host: String?
    var address: String?
    var port: String?

    /// Empty unless there are several, and as many names, addresses and ports as libpq wants.
    static func list(from keywords: [String: String]) -> [PostgresHost] {
        func parts(_ keyword: String) -> [String?] {
            guard let value = keywords[keyword], !value.isEmpty else { return [] }
            return value.split(separator: ",", omittingEmptySubsequences: false).map { $0.isEmpty ? nil : String($0) }
        }
        let (names, addresses, ports) = (parts("host"), parts("hostaddr"), parts("port"))
        let count = max(names.count, addresses.count)
        guard count > 1, [0, count].contains(names.count), [0, count].contains(addresses.count),
            [0, 1, count].contains(ports.count)
        else { return [] }
        return (0..<count).map { index in
            PostgresHost(
                host: names.isEmpty ? nil : names[index], address: addresses.isEmpty ? nil : addresses[index],
                port: ports.count == count ? ports[index] : ports.first ?? nil)
        }
    }

    static func keywords(of hosts: [PostgresHost]) -> [(keyword: String, value: String)] {
        func join(_ path: KeyPath<PostgresHost, String?>) -> String? {
            guard hosts.contains(where: { $0[keyPath: path] != nil }) else { return nil }
            return hosts.map { $0[keyPath: path] ?? "" }.joined(separator: ",")
        }
        return [("host", join(\.host)), ("hostaddr", join(\.address)), ("port", join(\.port))].compactMap {
            keyword, value in value.map { (keyword, $0) }
        }
    }

    /// For people.
    var name: String { [host ?? address ?? "the default host", port].compactMap { $0 }.joined(separator: ":") }

    /// libpq reports the address where there is no name, and the default where there is no port.
    func isReported(asHost host: String, port: String) -> Bool {
        (self.host ?? address ?? host) == host && (self.port ?? port) == port
    }
}
