import NIOHTTP1
import RelayCore

extension TraceContext {
    /// Nil where a call names no trace, or not exactly one.
    init?(_ headers: HTTPHeaders) {
        let values = headers["traceparent"]
        guard values.count == 1 else { return nil }
        self.init(traceparent: values[0])
    }
}
