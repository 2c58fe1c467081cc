import CProcess
import Foundation
import Logging

/// The memory of a relay, which holds keys and secrets.
enum ProcessMemory {
    /// One heap for all threads. glibc gives each thread one of its own, and keeps what each has had at its most: with a
    /// thousand endpoints that is five megabytes. Threads take small pieces from caches of their own all the same, so
    /// that a relay under load is no slower for it (measured). To be called before other threads are there.
    static func keepTogether() {
        process_use_one_heap()
    }

    /// Returns to the system what is free in the heap. Reading a configuration takes far more than keeping it, and glibc
    /// would hold on to that: with a thousand endpoints some megabytes.
    static func giveBackUnused() {
        process_trim_heap()
    }

    /// No core is dumped from now on, neither to a file nor to a program such as systemd-coredump, and other processes of
    /// the same user can no longer read the memory, nor the environment with the master key in it. Root can.
    ///
    /// The process still reads its own `/proc/self`, and programs that it starts are not concerned, except that they dump
    /// no core either. Where the system refuses, the log says so, and the relay goes on.
    static func keepPrivate(logger: Logger) {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        guard setrlimit(.init(RLIMIT_CORE.rawValue), &none) == 0, process_set_dumpable(0) == 0 else {
            let reason = String(cString: strerror(errno))
            return logger.warning("a crash may dump a core, which has secrets in it", metadata: ["error": "\(reason)"])
        }
    }
}
