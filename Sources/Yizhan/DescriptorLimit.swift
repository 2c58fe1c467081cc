#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// How many files and sockets this process may have open at a time.
enum DescriptorLimit {
    /// Raises the limit as far as the system lets an ordinary process, and leaves half of it for all that is not the door:
    /// whoever fills the door must not keep the relay from its database and its merchants.
    static func connections(atMost wanted: Int) -> Int {
        #if canImport(Glibc)
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
        let resource = RLIMIT_NOFILE
        #endif
        var limit = rlimit()
        // A sandbox may forbid to ask. Whoever made it knows how many he gave.
        guard getrlimit(resource, &limit) == 0 else { return wanted }
        var raised = limit
        raised.rlim_cur = min(limit.rlim_max, rlim_t(2 * wanted + 2_000))
        if raised.rlim_cur > limit.rlim_cur, setrlimit(resource, &raised) == 0 { limit = raised }
        return min(wanted, Int(clamping: limit.rlim_cur) / 2)
    }
}
