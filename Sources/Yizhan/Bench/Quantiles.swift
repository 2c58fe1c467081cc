import RelayCore

/// How long most, nearly all and the worst took, in microseconds. All zero where there was nothing.
struct Quantiles: Hashable, Sendable {
    let count: Int
    let p50: Int
    let p99: Int
    let p999: Int
    let maximum: Int

    init(_ microseconds: [Int]) {
        let sorted = microseconds.sorted()
        // The smallest that such a share does not exceed.
        func quantile(_ thousandths: Int) -> Int {
            guard !sorted.isEmpty else { return 0 }
            return sorted[max((sorted.count * thousandths + 999) / 1_000, 1) - 1]
        }
        count = sorted.count
        p50 = quantile(500)
        p99 = quantile(990)
        p999 = quantile(999)
        maximum = quantile(1_000)
    }

    var json: JSON {
        [
            "count": JSON(count), "p50_us": JSON(p50), "p99_us": JSON(p99), "p999_us": JSON(p999),
            "max_us": JSON(maximum),
        ]
    }

    init(_ json: JSON) throws(BenchFailure) {
        guard let count = json["count"]?.intValue, let p50 = json["p50_us"]?.intValue,
            let p99 = json["p99_us"]?.intValue, let p999 = json["p999_us"]?.intValue,
            let maximum = json["max_us"]?.intValue
        else { throw .unreadable("the load's report", what: "how long the answers took") }
        self.count = count
        self.p50 = p50
        self.p99 = p99
        self.p999 = p999
        self.maximum = maximum
    }
}

extension Duration {
    var microseconds: Int {
        Int(self / .microseconds(1))
    }
}
