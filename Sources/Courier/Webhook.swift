import OutboundHTTP
import RelayCore

/// A merchant's own address: an attempt is one signed call.
struct Webhook: Sendable {
    let target: String
    let signer: CallSigner
    let http: HTTPDestination

    /// On the event loop of the connections, without a task: most attempts are such calls.
    ///
    /// - Parameter whenDone: Called once, on the event loop; before this returns where no call comes about.
    func carryOut(
        _ attempt: Attempt, of platform: any Platform, unixMilliseconds: @escaping () -> Int64,
        whenDone: @escaping (AttemptReport) -> Void
    ) {
        let call: HTTPCall
        do {
            call = try self.call(for: attempt.delivery, of: platform, atUnixMilliseconds: unixMilliseconds())
        } catch {
            return whenDone(attempt.failed("the call could not be written: \(error)", retryAfter: nil))
        }
        var attempt = attempt
        attempt.startedAt = .now
        http.start(call, within: attempt.timeout) { [attempt] exchange in
            whenDone(attempt.judge(exchange, platform: platform, atUnixMilliseconds: unixMilliseconds()))
        }
    }

    private func call(
        for delivery: LeasedDelivery, of platform: any Platform, atUnixMilliseconds now: Int64
    ) throws(PlatformError) -> HTTPCall {
        let signed = try signer.sign(delivery.event, of: platform, atUnixMilliseconds: now)
        return HTTPCall(
            method: .post, target: target,
            headers: [
                ("Content-Type", signed.body.contentType), ("User-Agent", "Yizhan"),
                ("traceparent", delivery.event.trace.traceparent(of: delivery.key, token: delivery.token)),
            ] + signed.headers,
            body: signed.body.bytes)
    }
}
