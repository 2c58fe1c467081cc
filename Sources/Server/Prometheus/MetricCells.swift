import CoreMetrics
import Synchronization

final class CounterCell: CounterHandler {
    private let count = Atomic<Int64>(0)

    var value: Int64 {
        count.load(ordering: .relaxed)
    }

    func increment(by amount: Int64) {
        count.wrappingAdd(amount, ordering: .relaxed)
    }

    func reset() {
        count.store(0, ordering: .relaxed)
    }
}

final class GaugeCell: MeterHandler, RecorderHandler {
    private let number = Mutex(0.0)

    var value: Double {
        number.withLock { $0 }
    }

    func set(_ value: Int64) {
        set(Double(value))
    }

    func set(_ value: Double) {
        number.withLock { $0 = value }
    }

    func increment(by amount: Double) {
        number.withLock { $0 += amount }
    }

    func decrement(by amount: Double) {
        number.withLock { $0 -= amount }
    }

    func record(_ value: Int64) {
        set(Double(value))
    }

    func record(_ value: Double) {
        set(value)
    }
}

/// Counts values by the bucket that they fall into; the last bucket is for what is above every bound.
final class HistogramCell: RecorderHandler, TimerHandler {
    let bounds: [Double]
    private let state: Mutex<(counts: [UInt64], sum: Double)>

    init(_ bounds: [Double]) {
        self.bounds = bounds
        self.state = Mutex((counts: [UInt64](repeating: 0, count: bounds.count + 1), sum: 0))
    }

    func snapshot() -> (counts: [UInt64], sum: Double) {
        state.withLock { $0 }
    }

    func record(_ value: Int64) {
        record(Double(value))
    }

    func record(_ value: Double) {
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[bucket] += 1
            state.sum += value
        }
    }

    func recordNanoseconds(_ duration: Int64) {
        record(Double(duration) / 1_000_000_000)
    }
}
