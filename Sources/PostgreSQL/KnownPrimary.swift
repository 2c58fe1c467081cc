import Synchronization

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Which of several hosts is the primary, as far as the sessions of one configuration have found out.
///
/// After a failover the former primary may still be there, frozen or cut off from its standby, with its sessions open:
/// what they commit nobody confirms, what they read is old, and they notice neither. So all sessions end elsewhere as
/// soon as one has found the primary in its new place. And a host that a statement had no answer from in time is asked
/// last, so that its standby, if it has been promoted, comes first.
final class KnownPrimary: Sendable {
    /// A look for the primary.
    struct Search: Sendable {
        /// In the order to try them.
        let hosts: [PostgresHost]
        fileprivate let number: UInt64
    }

    struct Session: Sendable {
        let host: PostgresHost
        /// Of the search that led there.
        fileprivate let number: UInt64
    }

    private struct State {
        var hosts: [PostgresHost]
        /// Where the last session was opened.
        var home: PostgresHost?
        /// Counts everything that happens here, to tell what came first.
        var now: UInt64 = 0
        var movedAt: UInt64 = 0
        var doubtedAt: [PostgresHost: UInt64] = [:]
        var sockets: [UInt64: (host: PostgresHost, socket: Int32)] = [:]

        mutating func count() -> UInt64 {
            now += 1
            return now
        }

        mutating func put(_ host: PostgresHost, first: Bool) {
            hosts.removeAll { $0 == host }
            hosts.insert(host, at: first ? 0 : hosts.count)
        }
    }

    private let state: Mutex<State>

    /// - Parameter hosts: several, in the order of the connection string.
    init(hosts: [PostgresHost]) {
        state = Mutex(State(hosts: hosts))
    }

    func search() -> Search {
        state.withLock { Search(hosts: $0.hosts, number: $0.count()) }
    }

    /// Takes a new session in, and ends those that are at another host. Nil where the session is at another host itself:
    /// the primary was found in a new place after its search had begun, so that it is the one to end.
    ///
    /// - Parameter socket: open until `leave`.
    func enter(_ host: PostgresHost, socket: Int32, after search: Search) -> Session? {
        state.withLock { state in
            if state.home != host {
                guard search.number > state.movedAt else { return nil }
                state.home = host
                state.movedAt = state.count()
                for other in state.sockets.values where other.host != host {
                    // Whoever waits for it wakes up and finds the connection lost.
                    _ = shutdown(other.socket, Int32(SHUT_RDWR))
                }
            }
            // What was doubted meanwhile is not made good by a session that is older than the doubt.
            if search.number > state.doubtedAt[host, default: 0] { state.put(host, first: true) }
            state.sockets[search.number] = (host, socket)
            return Session(host: host, number: search.number)
        }
    }

    /// To be called before the session's socket is closed, whose number may be another's then.
    func leave(_ session: Session) {
        state.withLock { _ = $0.sockets.removeValue(forKey: session.number) }
    }

    /// The host did not take a connection in time.
    func doubt(_ host: PostgresHost) {
        state.withLock { $0.put(host, first: false) }
    }

    /// The session had no answer in time. Those as old as it are not to be used before another has found out where the
    /// primary is.
    func doubt(_ session: Session) {
        state.withLock { state in
            state.doubtedAt[session.host] = state.count()
            state.put(session.host, first: false)
        }
    }

    func isDoubtful(_ session: Session) -> Bool {
        state.withLock { session.number < $0.doubtedAt[session.host, default: 0] }
    }

    /// Where the primary is, if that is no longer where the session is.
    func move(from session: Session) -> PostgresHost? {
        state.withLock { $0.home == session.host ? nil : $0.home }
    }
}
