import Outbox
import RelayCore

/// What the inbox told a caller.
enum Heard: Equatable {
    case stored(isHeldHere: Bool)
    case known(DeliveryKey, hasSameContent: Bool, OutcomeState?)
    case refused(InboxError)
}

extension GroupInbox {
    func hear(_ submission: Submission) async -> Heard {
        do {
            switch try await accept(submission) {
            case .stored(let isHeldHere): return .stored(isHeldHere: isHeldHere)
            case .known(let event):
                return .known(event.reply, hasSameContent: event.hasSameContent, event.outcome?.state)
            }
        } catch {
            return .refused(error)
        }
    }
}
