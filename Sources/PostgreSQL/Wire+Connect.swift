import CLibPQ

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

extension Wire {
    /// Tries the hosts in libpq's way, but lets none of several take the time of the others: one that does not
    /// answer within its share is left out, and the rest tried anew.
    func connect(_ configuration: PostgresConfiguration, call: ServerCall) throws(PostgresError) {
        var search = configuration.primary?.search()
        var hosts = search?.hosts ?? configuration.hosts
        while true {
            var attempt = call
            if hosts.count > 1, let deadline = call.deadline {
                let now = ContinuousClock.now
                attempt.deadline = now + now.duration(to: deadline) / hosts.count
            }
            do {
                try start(configuration.keywords(hosts: hosts), call: attempt)
                guard let known = configuration.primary, let begun = search else { return }
                if enter(known, by: begun) { return }
                finish(.closed)
                let next = known.search()
                (search, hosts) = (next, next.hosts)
            } catch .timedOut {
                let name = connection.map { Self.string(PQhost($0)) }
                let index = place(in: hosts)
                finish(.closed)
                if let index { configuration.primary?.doubt(hosts[index]) }
                guard hosts.count > 1, let index else {
                    let limit = call.limit.map { " within \($0)" } ?? ""
                    throw .cannotConnect("\(name ?? "the server") gave no answer\(limit)")
                }
                hosts.remove(at: index)
            } catch {
                finish(.closed)
                throw error
            }
        }
    }

    /// False if the primary was found elsewhere meanwhile.
    private func enter(_ known: KnownPrimary, by search: KnownPrimary.Search) -> Bool {
        guard let connection, let index = place(in: search.hosts) else { return true }
        guard
            let session = known.enter(search.hosts[index], socket: PQsocket(connection), after: search)
        else { return false }
        primary = (known, session)
        return true
    }

    /// Which of some hosts libpq is at.
    private func place(in hosts: [PostgresHost]) -> Int? {
        guard let connection else { return nil }
        let (name, port) = (Self.string(PQhost(connection)), Self.string(PQport(connection)))
        return hosts.firstIndex { $0.isReported(asHost: name, port: port) }
    }

    private func start(
        _ keywords: [(keyword: String, value: String)], call: ServerCall
    ) throws(PostgresError) {
        let started = withCStrings(keywords.map(\.keyword)) { names in
            withCStrings(keywords.map(\.value)) { values in PQconnectStartParams(names, values, 1) }
        }
        guard let started else { throw .cannotConnect("out of memory") }
        connection = started
        notices.attach(to: started)
        guard PQstatus(started) != CONNECTION_BAD else { throw .cannotConnect(message(of: started)) }
        var next = PGRES_POLLING_WRITING
        while next != PGRES_POLLING_OK {
            switch wait(for: next == PGRES_POLLING_READING ? POLLIN : POLLOUT, until: call.deadline) {
            case .ready: break
            case .deadline: throw .timedOut(inFlight: call.statement, limit: call.limit ?? .zero)
            case .interrupted:
                if interrupt.isCancelled(call: call.number) { throw .cancelled }
                continue
            }
            next = PQconnectPoll(started)
            if next == PGRES_POLLING_FAILED { throw .cannotConnect(message(of: started)) }
        }
        guard PQsetnonblocking(started, 1) == 0 else { throw .cannotConnect(message(of: started)) }
    }
}

/// Gives `body` a NULL-terminated array of C strings.
private func withCStrings<R>(_ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> R) -> R {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return (copies.map { UnsafePointer($0) } + [nil]).withUnsafeBufferPointer { body($0.baseAddress) }
}
