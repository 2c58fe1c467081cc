/// A stretch of time whose orders are asked for page by page: what is left of it, and where in there one is.
///
/// It is worked on in spans, each a list of its own. Orders that are modified meanwhile leave a list, and those behind
/// them move up over the edges of its pages: seen by its total, the span is halved and begun again, until it is short
/// enough to be read in between.
package struct OrderListWindow: Hashable, Sendable {
    package static let maximumSpanSeconds: Int64 = 86_400
    package static let maximumLimit = 100
    private static let minimumSpanSeconds: Int64 = 60

    /// Unix seconds, like all times here. What is before was asked for.
    package private(set) var from: Int64
    package let until: Int64
    package private(set) var spanSeconds: Int64
    /// From 1.
    package private(set) var page: Int
    /// Orders on a page.
    package private(set) var limit: Int
    /// What the pages before said of the span's orders.
    package private(set) var total: Int?

    package init(
        from: Int64, until: Int64, spanSeconds: Int64 = Self.maximumSpanSeconds, page: Int = 1,
        limit: Int = Self.maximumLimit, total: Int? = nil
    ) {
        self.from = from
        self.until = until
        self.spanSeconds = spanSeconds
        self.page = page
        self.limit = limit
        self.total = total
    }

    /// - Parameter coveredUntil: nil the first time, which reaches back a day at least.
    package init(after coveredUntil: Int64?, now: Int64, overlap: Duration) {
        let overlap = overlap.components.seconds
        let from = coveredUntil.map { $0 - overlap } ?? now - max(overlap, Self.maximumSpanSeconds)
        self.init(from: min(from, now), until: now)
    }

    package var isDone: Bool { from >= until }

    /// The end of the span that is being asked for.
    package var spanEnd: Int64 { min(from + spanSeconds, until) }

    /// The page is read, and all its orders are stored.
    package mutating func turnPage(total newTotal: Int) {
        if let total, total != newTotal, spanSeconds > Self.minimumSpanSeconds {
            spanSeconds = max(spanSeconds / 2, Self.minimumSpanSeconds)
            beginSpan()
        } else if page * limit >= newTotal {
            from = spanEnd
            beginSpan()
        } else {
            page += 1
            total = newTotal
        }
    }

    /// Asks for less at a time, from where it is; false where one order alone is too much.
    package mutating func halveLimit() -> Bool {
        guard limit > 1 else { return false }
        let position = (page - 1) * limit
        limit /= 2
        // Rounded down: some orders come twice, and none is left out.
        page = position / limit + 1
        return true
    }

    private mutating func beginSpan() {
        page = 1
        total = nil
    }
}
