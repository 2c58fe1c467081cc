import Synchronization

/// A bounded queue between many senders and one receiver, who takes all that has gathered at once.
///
/// No timer and no waiting for more: a lone letter is taken as soon as the receiver asks.
package final class Mailbox<Letter: Sendable>: Sendable {
    private struct State {
        var letters: [Letter] = []
        var weight = 0
        var isClosed = false
        var receiver: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())
    private let maximumCount: Int
    private let maximumWeight: Int
    private let weigh: @Sendable (Letter) -> Int

    /// - Parameter weigh: what a letter counts towards `maximumWeight`, in bytes.
    package init(
        maximumCount: Int = .max, maximumWeight: Int = .max, weigh: @escaping @Sendable (Letter) -> Int = { _ in 0 }
    ) {
        self.maximumCount = maximumCount
        self.maximumWeight = maximumWeight
        self.weigh = weigh
    }

    package var count: Int {
        state.withLock { $0.letters.count }
    }

    /// False if the mailbox is full or closed: the letter is not in it then.
    package func put(_ letter: Letter) -> Bool {
        let weight = weigh(letter)
        let (isTaken, receiver) = state.withLock { state -> (Bool, CheckedContinuation<Void, Never>?) in
            guard !state.isClosed, state.letters.count < maximumCount, state.weight + weight <= maximumWeight else {
                return (false, nil)
            }
            state.letters.append(letter)
            state.weight += weight
            defer { state.receiver = nil }
            return (true, state.receiver)
        }
        receiver?.resume()
        return isTaken
    }

    /// At least one letter, oldest first; empty once the mailbox is closed and drained. For one receiver at a time.
    package func take(atMost limit: Int) async -> [Letter] {
        while true {
            let (letters, isClosed) = state.withLock { state -> ([Letter], Bool) in
                (Self.remove(atMost: limit, from: &state, weigh), state.isClosed)
            }
            if !letters.isEmpty || isClosed { return letters }
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if !state.letters.isEmpty || state.isClosed { return true }
                    state.receiver = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        }
    }

    /// What is in the mailbox now, without waiting.
    package func takeAll() -> [Letter] {
        state.withLock { Self.remove(atMost: .max, from: &$0, weigh) }
    }

    /// No letter gets in any more; what is in stays to be taken.
    package func close() {
        let receiver = state.withLock { state in
            state.isClosed = true
            defer { state.receiver = nil }
            return state.receiver
        }
        receiver?.resume()
    }

    private static func remove(
        atMost limit: Int, from state: inout State, _ weigh: (Letter) -> Int
    ) -> [Letter] {
        guard state.letters.count > limit else {
            defer {
                state.letters = []
                state.weight = 0
            }
            return state.letters
        }
        let letters = Array(state.letters[..<limit])
        state.letters.removeFirst(limit)
        state.weight -= letters.reduce(0) { $0 + weigh($1) }
        return letters
    }
}
