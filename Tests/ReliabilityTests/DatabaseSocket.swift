import Foundation
import NIOCore

/// The Unix socket of a database, as the URL of an embedded PostgreSQL names it.
struct DatabaseSocket: Sendable {
    let address: SocketAddress
    private let name: String

    /// Nil where the URL names another kind of address.
    init?(_ url: String) {
        let parts = url.split(separator: "@", maxSplits: 1)
        guard let place = parts.last?.split(separator: "/", maxSplits: 1), place.count == 2,
            let colon = place[0].lastIndex(of: ":"),
            let directory = place[0][..<colon].removingPercentEncoding, directory.hasPrefix("/"),
            let address = try? SocketAddress(
                unixDomainSocketPath: "\(directory)/.s.PGSQL.\(place[0][colon...].dropFirst())")
        else { return nil }
        self.address = address
        name = String(place[1])
    }

    /// For libpq.
    func url(throughPort port: Int) -> String {
        "postgresql://postgres@127.0.0.1:\(port)/\(name)?sslmode=disable&gssencmode=disable"
    }
}
