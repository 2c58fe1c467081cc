import HTTPTypes
import Hummingbird
import RelayCore

extension TraceContext {
    private static let header = HTTPField.Name("traceparent")

    /// Nil where a call names no trace, or not exactly one.
    init?(_ request: Request) {
        guard let header = Self.header else { return nil }
        let values = request.headers[values: header]
        guard values.count == 1 else { return nil }
        self.init(traceparent: values[0])
    }
}
