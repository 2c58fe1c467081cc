import NIOHTTP1
import RelayCore

extension TraceContext {
    /// Nil where a call names no trace, or not exactly one.
    init?(_ headers: HTTPHeaders) {
        // Most calls have none.
        guard let value = headers.first(name: "traceparent"), headers["traceparent"].count == 1 else { return nil }
        self.init(traceparent: value)
    }
}
