/// What was done to those who take part in a run.
enum Fault: Hashable, Sendable {
    case killed(relay: String)
    case paused(relay: String)
    case resumed(relay: String)
    case toldToStop(relay: String)
    case sessionsEnded
    case databaseCrashed
    case databaseIsBack
    case databaseFrozen
    case databaseStopped
    case standbyStopped
    case standbyIsBack
    case standbyPromoted
    case linkHarmed(link: String, FaultyLink.Harm)
    case linkHealed(link: String)

    /// To count by; nil for the end of another fault.
    var kind: String? {
        switch self {
        case .killed: "SIGKILL"
        case .paused: "SIGSTOP"
        case .toldToStop: "SIGTERM"
        case .sessionsEnded: "pg_terminate_backend"
        case .databaseCrashed: "database crash"
        case .databaseFrozen: "database frozen"
        case .databaseStopped: "database stopped"
        case .standbyStopped: "standby stopped"
        case .linkHarmed(let link, let harm): "\(harm.kind) \(link.hasPrefix("relay") ? "database" : link)"
        case .resumed, .databaseIsBack, .standbyIsBack, .standbyPromoted, .linkHealed: nil
        }
    }
}

extension FaultyLink.Harm {
    fileprivate var kind: String {
        switch self {
        case .swallow: "swallowed"
        case .delay: "delayed"
        case .reset: "reset"
        case .halfClose: "half-closed"
        }
    }
}
