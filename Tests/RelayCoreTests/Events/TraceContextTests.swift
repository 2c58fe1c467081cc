import RelayCore
import Testing

@Suite struct TraceContextTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let span = "00f067aa0ba902b7"
    private let event = EventID(unixMilliseconds: 1_700_000_000_000, random: 0x0123_4567_89AB_CDEF)

    @Test(
        "A valid header is read, also one of a later version",
        arguments: [
            "00-\(trace)-\(span)-01", "00-\(trace)-\(span)-00", "00-\(trace)-\(span)-ff",
            "01-\(trace)-\(span)-01", "cc-\(trace)-\(span)-01", "cc-\(trace)-\(span)-01-what-the-future-will-be-like",
            "fe-\(trace)-\(span)-01-", "00-00000000000000000000000000000001-0000000000000001-00",
            "00-10000000000000000000000000000000-1000000000000000-00",
        ])
    func aValidHeaderIsRead(header: String) throws {
        let context = try #require(TraceContext(traceparent: header))
        #expect(context.traceID == header.dropFirst(3).prefix(32))
    }

    @Test(
        "What the standard forbids is no header",
        arguments: [
            "", "00", "00-", "00-\(trace)", "00-\(trace)-\(span)", "00-\(trace)-\(span)-", "00-\(trace)-\(span)-0",
            "00-\(trace)-\(span)-1", "00-\(trace)-\(span)-011", "00-\(trace)-\(span)-01-",
            "00-\(trace)-\(span)-01-what",
            "cc-\(trace)-\(span)-01.what", "cc-\(trace)-\(span)-010", "ff-\(trace)-\(span)-01",
            "0-\(trace)-\(span)-01", "000-\(trace)-\(span)-01", "0x-\(trace)-\(span)-01", "FE-\(trace)-\(span)-01",
            "00-00000000000000000000000000000000-\(span)-01", "00-\(trace)-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-\(span)-01", "00-\(trace)-00F067AA0BA902B7-01",
            "00-\(trace)-\(span)-0F", "00-\(trace)-\(span)-xy", "00-.bf92f3577b34da6a3ce929d0e0e4736-\(span)-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-\(span)-01", "00-\(trace)0-\(span)-01", "00-\(trace)-\(span)0-01",
            "00_\(trace)-\(span)-01", "00-\(trace)_\(span)-01", "00-\(trace)-\(span)_01", " 00-\(trace)-\(span)-01",
            "00-\(trace)-\(span)-01 ", "00-\(trace)-\(span)-01,00-\(trace)-\(span)-01",
            "00-４bf92f3577b34da6a3ce929d0e0e47-\(span)-01",
        ])
    func whatTheStandardForbidsIsNoHeader(header: String) {
        #expect(TraceContext(traceparent: header) == nil)
    }

    @Test func theCallersTraceAndItsSamplingArePassedOnAndItsSpanIsNot() throws {
        let key = DeliveryKey(event: event, endpoint: EndpointID(1))
        for (given, sampled) in [("00", "00"), ("01", "01"), ("02", "00"), ("ff", "01")] {
            let context = try #require(TraceContext(traceparent: "cc-\(Self.trace)-\(Self.span)-\(given)"))
            let sent = context.traceparent(of: key, token: 1)
            #expect(sent.hasPrefix("00-\(Self.trace)-") && sent.hasSuffix("-\(sampled)"))
            #expect(!sent.contains(Self.span))
            #expect(TraceContext(traceparent: sent) != nil)
        }
    }

    @Test func whatIsKeptOfACallersTraceIsReadAgainAsTheSame() throws {
        let context = try #require(TraceContext(traceparent: "00-\(Self.trace)-\(Self.span)-01"))
        let kept = try #require(context.kept)
        #expect(TraceContext(traceparent: kept) == context)
    }

    @Test func aTraceThatTheRelayBeginsHasTheEventsIdAndNothingOfItIsKept() {
        let context = TraceContext(begunFor: event)
        #expect(context.traceID == "\(event)".filter { $0 != "-" })
        #expect(context.kept == nil)
        let sent = context.traceparent(of: DeliveryKey(event: event, endpoint: EndpointID(1)), token: 1)
        #expect(TraceContext(traceparent: sent)?.traceID == context.traceID)
        #expect(sent.hasSuffix("-01"))
    }

    @Test func everyLeaseOfEveryEndpointHasASpanOfItsOwnAndAlwaysTheSame() {
        let context = TraceContext(begunFor: event)
        let sent = (1...20).flatMap { endpoint in
            (1...50).map { token in
                context.traceparent(of: DeliveryKey(event: event, endpoint: EndpointID(endpoint)), token: token)
            }
        }
        #expect(Set(sent).count == 1_000)
        #expect(sent[0] == context.traceparent(of: DeliveryKey(event: event, endpoint: EndpointID(1)), token: 1))
    }
}
