/// Why nothing could be measured, and how to mend it.
enum BenchFailure: Error, CustomStringConvertible {
    case programFailed(String, said: String)
    case notReady(String, said: String)
    case unansweredLoad(String)
    case ordersLost(Int)
    case notDrained(String)
    case noDatabaseURL
    case unreadable(String, what: String)

    var description: String {
        switch self {
        case .programFailed(let program, let said): "\(program) failed: \(said.printable)"
        case .notReady(let program, let said): "\(program) is not ready after 60 s: \(said.printable)"
        case .unansweredLoad(let what): "the load was not answered: \(what)"
        case .ordersLost(let count):
            "\(count) orders were answered with result 0 and are not in the database: no figure is worth anything then"
        case .notDrained(let what): "\(what) within the time that the bench waits for it"
        case .noDatabaseURL: "--on-database-url: DATABASE_URL is not set"
        case .unreadable(let place, let what): "\(place) does not say \(what)"
        }
    }
}
