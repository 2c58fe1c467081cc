import RelayCore

/// What a health script wants to hear of. Of an endpoint, any endpoint.
enum StatusCondition: Hashable, Sendable {
    /// A delivery has been due for at least so long.
    case oldest(Duration)
    /// So many deliveries are due.
    case due(Int64)
    /// So many were exhausted or expired in the last hour.
    case dead(Int64)
    /// So many were refused in the last hour.
    case refused(Int64)
    case paused
    /// A day of an app does not balance.
    case difference

    static let forms = ["oldest=DURATION", "due=N", "dead=N", "refused=N", "paused", "difference"]

    static let names = forms.map { String($0.prefix { $0 != "=" }) }

    /// Reads one of the forms.
    init(text: String) throws(StatusConditionError) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { String($0) }
        let value = parts.count > 1 ? parts[1] : nil
        switch (parts[0], value) {
        case ("oldest", let value?):
            do {
                self = .oldest(try Duration(text: value))
            } catch {
                throw .wrongDuration(error)
            }
        case ("due", let value?): self = .due(try Self.count(value))
        case ("dead", let value?): self = .dead(try Self.count(value))
        case ("refused", let value?): self = .refused(try Self.count(value))
        case ("paused", nil): self = .paused
        case ("difference", nil): self = .difference
        case ("oldest", nil), ("due", nil), ("dead", nil), ("refused", nil): throw .valueMissing(parts[0])
        case ("paused", _?), ("difference", _?): throw .valueUnexpected(parts[0])
        case (let name, _): throw .unknown(name)
        }
    }

    private static func count(_ text: String) throws(StatusConditionError) -> Int64 {
        guard let count = Int64(text), count > 0 else { throw .wrongCount(text) }
        return count
    }

    /// What meets it, in words that start with the condition.
    func findings(in status: RelayStatus) -> [String] {
        switch self {
        case .oldest(let limit):
            status.endpoints.compactMap { endpoint in
                endpoint.oldestDueAge.flatMap { age in
                    guard age >= limit else { return nil }
                    return "\(self): a delivery to \(endpoint.name) has been due for \(age.coarse)"
                }
            }
        case .due(let limit):
            status.endpoints.filter { $0.due >= limit }.map { "\(self): \($0.due) to \($0.name) are due" }
        case .dead(let limit):
            status.endpoints.filter { $0.dead >= limit }
                .map { "\(self): \($0.dead) to \($0.name) were exhausted or expired in the last hour" }
        case .refused(let limit):
            status.endpoints.filter { $0.refused >= limit }
                .map { "\(self): \($0.refused) to \($0.name) were refused in the last hour" }
        case .paused:
            status.endpoints.filter(\.isPaused)
                .map { "\(self): \($0.name)" + ($0.pausedReason.map { ", \($0)" } ?? "") }
        case .difference:
            status.days.filter { $0.difference != 0 }.map { "\(self): \($0.complaint)" }
        }
    }
}

extension StatusCondition: CustomStringConvertible {
    var description: String {
        switch self {
        case .oldest(let limit): "oldest=\(limit.text)"
        case .due(let limit): "due=\(limit)"
        case .dead(let limit): "dead=\(limit)"
        case .refused(let limit): "refused=\(limit)"
        case .paused: "paused"
        case .difference: "difference"
        }
    }
}

enum StatusConditionError: Error, Hashable {
    case unknown(String)
    case valueMissing(String)
    case valueUnexpected(String)
    case wrongDuration(DurationTextError)
    case wrongCount(String)
}

extension StatusConditionError: CustomStringConvertible {
    var description: String {
        switch self {
        case .unknown(let name):
            (StatusCondition.names.nearest(to: name).map { "did you mean \($0)? " } ?? "")
                + "conditions are \(StatusCondition.forms.joined(separator: ", "))"
        case .valueMissing(let name): "\(name) needs a value: \(name)=…"
        case .valueUnexpected(let name): "\(name) takes no value"
        case .wrongDuration(let error): "\(error)"
        case .wrongCount(let text): "\"\(text)\" is not a number from 1 up"
        }
    }
}
