#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// A POSIX thread that ends by itself. libpq's calls may block, and Swift's shared pool has too few threads
/// to lend one to them.
enum DetachedThread {
    /// Returns false if the system refuses another thread; `body` is then not run.
    static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        let box = Unmanaged.passRetained(Box(body))
        #if canImport(Darwin)
        var thread: pthread_t?
        #else
        var thread = pthread_t()
        #endif
        let refusal = pthread_create(&thread, nil, enterThread, box.toOpaque())
        guard refusal == 0 else {
            box.release()
            return false
        }
        #if canImport(Darwin)
        if let thread { pthread_detach(thread) }
        #else
        pthread_detach(thread)
        #endif
        return true
    }

    fileprivate final class Box {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}

#if canImport(Darwin)
private func enterThread(_ box: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Unmanaged<DetachedThread.Box>.fromOpaque(box).takeRetainedValue().body()
    return nil
}
#else
private func enterThread(_ box: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let box { Unmanaged<DetachedThread.Box>.fromOpaque(box).takeRetainedValue().body() }
    return nil
}
#endif
