import Synchronization

/// The memory for bodies of calls that are at the door: that come in, wait for their commit, or for the merchant's answer.
///
/// Callbacks are small, and each has room for a small body of its own. Only what is beyond that comes out of what all share:
/// whoever sends large bodies, or begins to and never ends, keeps nobody out but the like.
final class BodyMemory: Sendable {
    /// Every call has as much, in bytes.
    static let ownBytes = 4 * 1_024

    private let free: Atomic<Int>

    /// - Parameter limit: what all share, in bytes.
    init(limit: Int) {
        free = Atomic(limit)
    }

    /// What a body of that size takes of what is shared.
    static func sharedBytes(of bodyBytes: Int) -> Int {
        max(bodyBytes - ownBytes, 0)
    }

    /// False if so much is not left: nothing is taken then.
    func take(_ bytes: Int) -> Bool {
        guard bytes > 0 else { return true }
        if free.subtract(bytes, ordering: .relaxed).newValue >= 0 { return true }
        giveBack(bytes)
        return false
    }

    func giveBack(_ bytes: Int) {
        free.add(bytes, ordering: .relaxed)
    }
}
