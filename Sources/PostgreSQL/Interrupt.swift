import Synchronization

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Wakes a connection's thread out of `poll()`, from any other thread. A pipe, because `poll()` waits for
/// descriptors only.
final class Interrupt: Sendable {
    /// Readable when the thread is wanted.
    let descriptor: Int32
    private let writeEnd: Int32
    private let cancelledCall = Atomic<UInt64>(0)

    init() throws(PostgresError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw .cannotConnect("no descriptor is left for the connection (errno \(errno))")
        }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (descriptor, writeEnd) = (ends[0], ends[1])
    }

    deinit {
        close(descriptor)
        close(writeEnd)
    }

    /// Names the call, so that a request that comes too late cannot hit the call after it.
    func cancel(call: UInt64) {
        cancelledCall.store(call, ordering: .sequentiallyConsistent)
        wake()
    }

    func isCancelled(call: UInt64) -> Bool {
        cancelledCall.load(ordering: .sequentiallyConsistent) == call
    }

    /// A full pipe is a wake-up already, so the result of the write does not matter.
    func wake() {
        var byte: UInt8 = 1
        _ = write(writeEnd, &byte, 1)
    }

    func drain() {
        var bytes: (UInt64, UInt64) = (0, 0)
        while read(descriptor, &bytes, MemoryLayout.size(ofValue: bytes)) > 0 {}
    }
}
