import RelayCore

/// What became of a load.
struct LoadReport: Sendable {
    let plan: LoadPlan
    /// Orders, from 0 on.
    var sent = 0
    /// Answered with result 0.
    var accepted = 0
    /// Those that were not, and what was answered instead, if anything.
    var refused: [Int] = []
    var refusals: [String: Int] = [:]
    /// From the first call to the last answer.
    var elapsed = Duration.zero
    /// From when a call was meant to be sent to its answer; of the accepted ones.
    var latencies = Quantiles([])
    /// Of each order, by the machine's monotonic clock in nanoseconds, where the plan asks for it.
    var dueAt: [Int64] = []
    /// The same; 0 where it was not accepted.
    var answeredAt: [Int64] = []

    init(_ plan: LoadPlan) {
        self.plan = plan
    }

    var perSecond: Double {
        Double(accepted) / max(elapsed / .seconds(1), 0.001)
    }

    /// Throws where calls were not taken: that is to be looked into, and not to be measured.
    func requireAccepted() throws(BenchFailure) {
        guard refused.isEmpty else {
            let kinds = refusals.sorted { $1.value < $0.value }.map { "\($0.value) times \($0.key)" }
            throw .unansweredLoad("\(refused.count) of \(sent) calls: \(kinds.joined(separator: ", "))")
        }
    }
}

extension LoadReport {
    var json: JSON {
        [
            "sent": JSON(sent), "accepted": JSON(accepted), "refused": .array(refused.map { JSON($0) }),
            "refusals": .object(refusals.map { .init(name: $0.key, value: JSON($0.value)) }),
            "elapsed_us": JSON(elapsed.microseconds), "latencies": latencies.json,
            "due_at": .array(dueAt.map { JSON($0) }), "answered_at": .array(answeredAt.map { JSON($0) }),
        ]
    }

    init(_ json: JSON, of plan: LoadPlan) throws(BenchFailure) {
        guard let sent = json["sent"]?.intValue, let accepted = json["accepted"]?.intValue,
            let elapsed = json["elapsed_us"]?.intValue, let latencies = json["latencies"]
        else { throw .unreadable("the load's report", what: "what was sent") }
        self.init(plan)
        self.sent = sent
        self.accepted = accepted
        self.elapsed = .microseconds(elapsed)
        self.latencies = try Quantiles(latencies)
        refused = (json["refused"]?.arrayValue ?? []).compactMap(\.intValue)
        for member in json["refusals"]?.members ?? [] { refusals[member.name] = member.value.intValue }
        dueAt = (json["due_at"]?.arrayValue ?? []).compactMap { $0.intValue.map(Int64.init) }
        answeredAt = (json["answered_at"]?.arrayValue ?? []).compactMap { $0.intValue.map(Int64.init) }
    }
}
