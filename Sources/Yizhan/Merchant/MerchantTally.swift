/// What a sample merchant got, in numbers.
struct MerchantTally {
    private var calls = 0
    private var repeats = 0
    private var wrongSignatures = 0
    private var deeds: [String: Int] = [:]

    mutating func add(_ received: ReceivedCall) {
        calls += 1
        if received.timesSeen > 1 { repeats += 1 }
        if !received.isFromRelay { wrongSignatures += 1 }
        deeds["\(received.deed)", default: 0] += 1
    }

    var lines: [String] {
        ["\(calls) calls, \(repeats) of them again, \(wrongSignatures) with a wrong signature"]
            + TextTable.lines(
                deeds.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ["    \($0.value)", $0.key] })
    }
}
