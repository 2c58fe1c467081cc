import Synchronization

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Random numbers of the system's, fetched many at a time: to ask the kernel for one costs more than the rest of an id.
final class RandomStock: Sendable {
    /// The system gives no more than 256 bytes at once.
    private static let fetchCount = 32

    private let numbers = Mutex<[UInt64]>([])

    func next() -> UInt64 {
        numbers.withLock { numbers in
            if numbers.isEmpty { numbers = Self.fetch() }
            return numbers.popLast() ?? .random(in: .min ... .max)
        }
    }

    /// Empty where the system has none to give.
    private static func fetch() -> [UInt64] {
        [UInt64](unsafeUninitializedCapacity: fetchCount) { memory, count in
            let isFilled = getentropy(memory.baseAddress, fetchCount * MemoryLayout<UInt64>.size) == 0
            count = isFilled ? fetchCount : 0
        }
    }
}
