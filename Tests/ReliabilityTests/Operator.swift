import TestSupport

/// A person who requeues, cancels, pauses and resumes, and writes down what the database said.
struct Operator: Sendable {
    let database: String
    let psql: Psql
    let history: HistoryLog

    /// What the database refuses, or does not live to answer, is in the history and troubles nobody.
    func act(_ action: OperatorAction) async {
        history.record(.operatorAsks(action))
        let answer: OperatorAnswer
        do {
            let rows = try await psql(action.sql, on: database).split(separator: "\n")
            answer = .done(
                rows.compactMap { row in
                    let columns = row.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
                    return columns.count == 3
                        ? OperatorAnswer.Row(eventID: columns[0], endpoint: columns[1], detail: columns[2]) : nil
                })
        } catch {
            answer = .lost(reason: "\(error)")
        }
        history.record(.operatorHears(action, answer))
    }
}
