import RelayCore

/// One line of what was measured: a figure, what it is held against, and what was wanted of it.
struct Figure: Sendable {
    enum Unit: String, Sendable {
        case perSecond = "/s"
        case milliseconds = "ms"
        case bytes
        case megabytes = "MB"
        case cpuMicroseconds = "µs CPU"
        case percent = "%"
        case perOrder = "per order"
    }

    /// The least or the most that is wanted: of the ratio where there is a yardstick, of the figure itself otherwise.
    enum Target: Hashable, Sendable {
        case atLeast(Double)
        case atMost(Double)

        func isMet(by value: Double) -> Bool {
            switch self {
            case .atLeast(let least): value >= least
            case .atMost(let most): value <= most
            }
        }
    }

    let phase: BenchPhase
    let name: String
    let unit: Unit
    /// One value for each round.
    let rounds: [Double]
    var yardstick: Yardstick?
    var target: Target?

    var median: Double { rounds.median }

    /// Of the medians.
    var ratio: Double? {
        yardstick.flatMap { $0.median > 0 ? median / $0.median : nil }
    }

    /// Nil where nothing was wanted.
    var isMet: Bool? {
        target?.isMet(by: ratio ?? median)
    }
}

/// What the same machine does otherwise, measured in the same rounds.
struct Yardstick: Sendable {
    let name: String
    let rounds: [Double]

    var median: Double { rounds.median }
}

extension [Double] {
    /// The middle one; of two the mean, and 0 of none.
    var median: Double {
        let sorted = sorted()
        guard !sorted.isEmpty else { return 0 }
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
}
