/// What a stand-in for Youzan Cloud got, in numbers.
struct YouzanCloudTally {
    private var tokens = 0
    private var calls = 0
    private var results: [String: Int] = [:]

    mutating func add(_ call: YouzanCloudCall) {
        switch call.kind {
        case .token: tokens += 1
        case .api, .unknown: calls += 1
        }
        results[call.result, default: 0] += 1
    }

    var lines: [String] {
        ["\(tokens) requests for a token, \(calls) calls"]
            + TextTable.lines(
                results.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ["    \($0.value)", $0.key] })
    }
}
