import RelayCore
import Synchronization

/// Events that wait for one writer: so many, so many bytes, and so long.
///
/// Time is the bound that counts. Whoever calls gives up after two or three seconds, and calls again: a queue that is longer
/// than that is served for nobody. So it says early that it is overloaded, it makes groups no larger than can be written
/// in a moment, and what has waited too long all the same, because the database became slow meanwhile, is let go instead
/// of written.
final class InboxQueue: Sendable {
    private static let groupSize = 256
    /// Everybody in a group waits for its end.
    private static let groupTime = Duration.milliseconds(150)
    /// Beyond this expected wait nobody else is to come in.
    private static let expectedWait = Duration.milliseconds(350)
    /// What lasts no longer is a burst: the first group of many is still to tell how fast they are stored.
    private static let burst = Duration.milliseconds(100)
    private static let longestWait = Duration.milliseconds(750)

    struct Group {
        var inTime: [PendingSubmission] = []
        /// Nothing is to be written of these.
        var late: [PendingSubmission] = []
    }

    private struct State {
        var pace = CommitPace()
        var inWork = 0
        var workBegan = ContinuousClock.now
        /// Since when there has always been something to write.
        var busySince: ContinuousClock.Instant?
    }

    private let waiting: Mailbox<PendingSubmission>
    private let state = Mutex(State())

    init(maximumCount: Int, maximumBytes: Int) {
        waiting = Mailbox(maximumCount: maximumCount, maximumWeight: maximumBytes) { $0.weight }
    }

    var count: Int {
        waiting.count
    }

    /// Whether an event that comes now would wait too long.
    var isOverloaded: Bool {
        let count = waiting.count
        return state.withLock { state in
            guard let since = state.busySince, .now - since > Self.burst else { return false }
            return state.pace.time(for: count + state.inWork) > Self.expectedWait
        }
    }

    /// False if there is no room: the event is not in the queue then.
    func put(_ pending: PendingSubmission) -> Bool {
        guard waiting.put(pending) else { return false }
        state.withLock { $0.busySince = $0.busySince ?? pending.arrivedAt }
        return true
    }

    /// The next group to write, oldest first; nil once the queue is closed and empty. Every group is to be `finish`ed
    /// before the next is taken.
    func takeGroup() async -> Group? {
        let fitting = state.withLock { $0.pace.count(within: Self.groupTime) } ?? Self.groupSize
        let taken = await waiting.take(atMost: min(max(fitting, 1), Self.groupSize))
        if taken.isEmpty { return nil }
        let now = ContinuousClock.now
        var group = Group()
        for pending in taken {
            if now - pending.arrivedAt > Self.longestWait {
                group.late.append(pending)
            } else {
                group.inTime.append(pending)
            }
        }
        state.withLock { state in
            state.inWork = group.inTime.count
            state.workBegan = now
        }
        return group
    }

    /// - Parameter isWritten: whether what it took says how fast events are stored.
    func finish(isWritten: Bool) {
        state.withLock { state in
            if isWritten { state.pace.note(state.inWork, took: .now - state.workBegan) }
            state.inWork = 0
            if waiting.count == 0 { state.busySince = nil }
        }
    }

    /// What waits now, without waiting.
    func takeAll() -> [PendingSubmission] {
        waiting.takeAll()
    }

    /// Nothing gets in any more; what is in stays to be taken.
    func close() {
        waiting.close()
    }
}

/// An event and who waits for its commit.
struct PendingSubmission: Sendable {
    let submission: Submission
    let arrivedAt: ContinuousClock.Instant
    let done: @Sendable (Result<Acceptance, InboxError>) -> Void

    /// In bytes, with a guess for everything around the body.
    var weight: Int {
        submission.arrival.body.count + 512
    }
}
