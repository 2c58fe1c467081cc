package import CoreMetrics
import Synchronization

/// Keeps what swift-metrics counts, and writes it in Prometheus' text format, version 0.0.4.
package final class PrometheusRegistry: MetricsFactory {
    private struct Key: Hashable {
        let name: String
        let labels: [String]
    }

    private enum Series {
        case counter(CounterCell)
        case gauge(GaugeCell)
        case histogram(HistogramCell)
    }

    private let series = Mutex<[Key: Series]>([:])

    package init() {}

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        let found = find(label, dimensions) { .counter(CounterCell()) }
        if case .counter(let cell) = found { return cell }
        return CounterCell()
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        let found = find(label, dimensions) { .gauge(GaugeCell()) }
        if case .gauge(let cell) = found { return cell }
        return GaugeCell()
    }

    /// A histogram; one that does not aggregate is a gauge, which swift-metrics calls a meter nowadays.
    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        let found = find(label, dimensions) {
            aggregate ? .histogram(HistogramCell(MetricCatalogue.entry(label).buckets)) : .gauge(GaugeCell())
        }
        switch found {
        case .histogram(let cell): return cell
        case .gauge(let cell): return cell
        case .counter: return GaugeCell()
        }
    }

    /// A histogram in seconds.
    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let found = find(label, dimensions) { .histogram(HistogramCell(MetricCatalogue.entry(label).buckets)) }
        if case .histogram(let cell) = found { return cell }
        return HistogramCell([])
    }

    // Counts live as long as the relay: a counter that is let go and made again goes on where it was. A gauge tells of
    // something that is there.
    package func destroyCounter(_ handler: any CounterHandler) {}

    package func destroyMeter(_ handler: any MeterHandler) {
        series.withLock { series in
            let gone = series.first { _, known in
                if case .gauge(let cell) = known { cell === handler } else { false }
            }
            if let gone { series[gone.key] = nil }
        }
    }

    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    private func find(_ name: String, _ dimensions: [(String, String)], make: () -> Series) -> Series {
        let key = Key(name: name, labels: dimensions.flatMap { [$0.0, $0.1] })
        return series.withLock { series in
            if let known = series[key] { return known }
            let made = make()
            series[key] = made
            return made
        }
    }

    package func text() -> String {
        let byName = Dictionary(grouping: series.withLock { Array($0) }, by: \.key.name)
        var text = ""
        for name in byName.keys.sorted() {
            let family = (byName[name] ?? []).sorted { $0.key.labels.lexicographicallyPrecedes($1.key.labels) }
            guard let first = family.first else { continue }
            text += "# HELP \(name) \(MetricCatalogue.entry(name).help)\n"
            text += "# TYPE \(name) \(Self.type(of: first.value))\n"
            for (key, series) in family { Self.write(name, key.labels, series, to: &text) }
        }
        return text
    }

    private static func type(of series: Series) -> String {
        switch series {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }

    private static func write(_ name: String, _ labels: [String], _ series: Series, to text: inout String) {
        switch series {
        case .counter(let cell):
            text += "\(name)\(written(labels)) \(cell.value)\n"
        case .gauge(let cell):
            text += "\(name)\(written(labels)) \(cell.value)\n"
        case .histogram(let cell):
            let (counts, sum) = cell.snapshot()
            var total: UInt64 = 0
            for (index, count) in counts.enumerated() {
                total += count
                let bound = index < cell.bounds.count ? "\(cell.bounds[index])" : "+Inf"
                text += "\(name)_bucket\(written(labels + ["le", bound])) \(total)\n"
            }
            text += "\(name)_sum\(written(labels)) \(sum)\n"
            text += "\(name)_count\(written(labels)) \(total)\n"
        }
    }

    private static func written(_ labels: [String]) -> String {
        guard !labels.isEmpty else { return "" }
        let pairs = stride(from: 0, to: labels.count, by: 2).map { "\(labels[$0])=\"\(escaped(labels[$0 + 1]))\"" }
        return "{" + pairs.joined(separator: ",") + "}"
    }

    private static func escaped(_ value: String) -> String {
        // By scalars: a line feed after a carriage return, or a quote under an accent, is no Character of its own.
        value.unicodeScalars.reduce(into: "") { text, scalar in
            switch scalar {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}
