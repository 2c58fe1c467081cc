package import NIOCore
import NIOPosix
package import RelayCore
import Synchronization

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// The operating system's resolver (`getaddrinfo`: hosts file, then DNS), on threads of its own.
///
/// Lookups of one name at the same time share one thread and its answer, so a name whose servers hang holds one thread
/// at most, until the system's own time limit ends it.
package final class SystemResolver: AddressResolver {
    private let threads: NIOThreadPool
    private let maximumLookups: Int
    private let open = Mutex<[String: [EventLoopPromise<[IPAddress]>]]>([:])

    /// - Parameter maximumLookups: How many different names may be looked up or wait for it; beyond it a lookup fails
    ///   at once.
    package init(threadCount: Int = 8, maximumLookups: Int = 256) {
        self.maximumLookups = maximumLookups
        threads = NIOThreadPool(numberOfThreads: threadCount)
        threads.start()
    }

    /// Lookups that have not begun fail; one that hangs is left to end by itself.
    package func close() {
        threads.shutdownGracefully { _ in }
    }

    package func addresses(of name: String, on eventLoop: any EventLoop) -> EventLoopFuture<[IPAddress]> {
        enum Turn {
            case begin
            case join
            case refuse
        }
        let promise = eventLoop.makePromise(of: [IPAddress].self)
        let turn = open.withLock { open -> Turn in
            guard open[name] == nil else {
                open[name]?.append(promise)
                return .join
            }
            guard open.count < maximumLookups else { return .refuse }
            open[name] = [promise]
            return .begin
        }
        switch turn {
        case .begin:
            threads.submit { state in
                switch state {
                case .active: self.finish(name, Self.lookUp(name))
                case .cancelled: self.finish(name, .failure(.resolverClosed))
                }
            }
        case .join: break
        case .refuse: promise.fail(ResolutionError.tooManyLookups)
        }
        return promise.futureResult
    }

    private func finish(_ name: String, _ result: Result<[IPAddress], ResolutionError>) {
        let promises = open.withLock { $0.removeValue(forKey: name) } ?? []
        for promise in promises {
            promise.completeWith(result.mapError { $0 })
        }
    }

    private static func lookUp(_ name: String) -> Result<[IPAddress], ResolutionError> {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name, nil, &hints, &list)
        guard code == 0 else {
            return .failure(.failed(reason: gai_strerror(code).map { String(cString: $0) } ?? "error \(code)"))
        }
        defer { freeaddrinfo(list) }
        var addresses: [IPAddress] = []
        var next = list
        while let entry = next?.pointee {
            if let address = entry.ai_addr.flatMap({ IPAddress($0) }), !addresses.contains(address) {
                addresses.append(address)
            }
            next = entry.ai_next
        }
        return .success(addresses)
    }
}
