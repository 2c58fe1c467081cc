import Foundation
import Synchronization

/// Where everybody outside the relays writes down what happens.
final class HistoryLog: Sendable {
    private struct State {
        var entries: [History.Entry] = []
        var sentCalls = 0
        var seenCalls = 0
    }

    private let clock = ContinuousClock()
    private let zero: ContinuousClock.Instant
    private let unixSecondsAtZero: Double
    private let state = Mutex(State())

    init() {
        zero = clock.now
        unixSecondsAtZero = Date().timeIntervalSince1970
    }

    var history: History {
        History(unixSecondsAtZero: unixSecondsAtZero, entries: state.withLock { $0.entries })
    }

    func record(_ event: History.Event) {
        state.withLock { add(event, to: &$0) }
    }

    func recordSent(_ event: EventName, content: String, relay: String) -> Int {
        state.withLock { state in
            state.sentCalls += 1
            add(.sent(call: state.sentCalls, event: event, content: content, relay: relay), to: &state)
            return state.sentCalls
        }
    }

    func recordAttempt(of delivery: SeenDelivery, span: String, signedAt: Int64?) -> Int {
        state.withLock { state in
            state.seenCalls += 1
            add(.attemptStarted(call: state.seenCalls, delivery: delivery, span: span, signedAt: signedAt), to: &state)
            return state.seenCalls
        }
    }

    /// Reads the clock within the lock, so that the entries are in the order of their times.
    private func add(_ event: History.Event, to state: inout State) {
        state.entries.append(History.Entry(at: clock.now - zero, event: event))
    }
}
