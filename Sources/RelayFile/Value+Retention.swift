import RelayCore

/// The section `retention`.
extension Value {
    func retention() -> Retention? {
        if isEmpty { return Retention() }
        guard let fields = fields(["events", "attempts"]) else { return nil }
        return Retention(
            events: fields.ifPresent("events") { $0.days() }, attempts: fields.ifPresent("attempts") { $0.days() })
    }

    private func days() -> Duration? {
        duration(in: .seconds(86_400) ... .seconds(36_500 * 86_400))
    }
}
