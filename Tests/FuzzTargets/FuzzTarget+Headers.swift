import RelayCore

extension FuzzTarget {
    /// A wait is never negative and never beyond the longest; a date is written as it was read.
    static let retryAfter = FuzzTarget("retry-after") { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        if let wait = RetryAfter.wait(askedBy: text, atUnixMilliseconds: now) {
            try require(.zero...RetryAfter.longest ~= wait, "a wait of \(wait)")
            if let seconds = Int64(text), 0...31_622_400 ~= seconds {
                try require(wait == .seconds(seconds), "\(seconds) seconds become \(wait)")
            }
        }
        guard let seconds = HTTPDate.unixSeconds(bytes, seenAtUnixSeconds: now / 1_000) else { return }
        // A leap second is read as the second after it.
        guard !text.contains(":60") else { return }
        try require(
            WrittenDate(unixSeconds: seconds).forms.contains { text.hasSuffix($0) }, "\(text) becomes \(seconds)")
    }

    /// A trace is the same again once it is passed on.
    static let traceparent = FuzzTarget("traceparent") { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        guard let trace = TraceContext(traceparent: text) else { return }
        guard let kept = trace.kept else { throw BrokenPromise(description: "a caller's trace is not kept") }
        try require(TraceContext(traceparent: kept) == trace, "another trace once it is kept")
        try require(kept.utf8.count == 55 && kept.hasPrefix("00-"), "kept as \(kept)")
        try require(text.utf8.prefix(52).dropFirst(2).elementsEqual(kept.utf8.prefix(52).dropFirst(2)), "other ids")
    }
}

/// The three forms of RFC 9110 without the day of the week.
private struct WrittenDate {
    let forms: [String]

    init(unixSeconds: Int64) {
        let stamp = Timestamp(unixMilliseconds: unixSeconds * 1_000).description
        let parts = stamp.split { "-T:.Z".contains($0) }.map(String.init)
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let (year, month, day) = (parts[0], months[(Int(parts[1]) ?? 1) - 1], parts[2])
        let time = "\(parts[3]):\(parts[4]):\(parts[5])"
        forms = [
            ", \(day) \(month) \(year) \(time) GMT", ", \(day)-\(month)-\(year.suffix(2)) \(time) GMT",
            " \(month) \(day) \(time) \(year)", " \(month)  \(Int(day) ?? 0) \(time) \(year)",
        ]
    }
}
