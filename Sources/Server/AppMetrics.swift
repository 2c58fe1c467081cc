import Metrics

/// What is counted of an app's calls. The unknown app is "".
struct AppMetrics: Sendable {
    let accepted: Counter
    let repeated: Counter
    /// From a call's head to its answer.
    let answers: Timer

    init(app: String) {
        let dimensions = [("app", app)]
        accepted = Counter(label: "yizhan_accepted_events_total", dimensions: dimensions)
        repeated = Counter(label: "yizhan_repeated_events_total", dimensions: dimensions)
        answers = Timer(label: "yizhan_answer_duration_seconds", dimensions: dimensions)
    }
}
