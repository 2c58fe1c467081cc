import Metrics
import Synchronization

/// One number for each endpoint. Those of endpoints that are gone are gone as well.
package final class EndpointGauge: Sendable {
    private let label: String
    private let meters = Mutex<[String: Meter]>([:])

    package init(_ label: String) {
        self.label = label
    }

    /// - Parameter values: of all endpoints that there are.
    package func set(_ values: [String: Double]) {
        meters.withLock { meters in
            for (endpoint, meter) in meters where values[endpoint] == nil {
                meter.destroy()
                meters[endpoint] = nil
            }
            for (endpoint, value) in values {
                let meter = meters[endpoint] ?? Meter(label: label, dimensions: [("endpoint", endpoint)])
                meter.set(value)
                meters[endpoint] = meter
            }
        }
    }
}
