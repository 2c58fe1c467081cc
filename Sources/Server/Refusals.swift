import Logging
import Metrics
import RelayCore
import Synchronization

/// A call that is refused, before anybody has decided what becomes of it.
struct RefusedArrival {
    let reason: String
    let app: App?
    let caller: IPAddress?
    let detail: String?
    let call: InboundCall?
    let isSigned: Bool

    /// - Parameters:
    ///   - call: where its body was read.
    ///   - isSigned: whoever can sign is told each time what is wrong.
    init(
        _ reason: String, of app: App? = nil, from caller: IPAddress?, detail: String? = nil,
        _ call: InboundCall? = nil, isSigned: Bool = false
    ) {
        self.reason = reason
        self.app = app
        self.caller = caller
        self.detail = detail
        self.call = call
        self.isSigned = isSigned
    }
}

/// What becomes of refused calls. Each is counted. Those of an address that is refused too often are nothing but counted,
/// and hear that they are too many; others are logged, and kept for operators.
final class Refusals: Sendable {
    private struct State {
        var limit: RefusalLimit
        var lines: LineLimit
    }

    private let state: Mutex<State>
    private let rejections: any Rejections
    private let metrics: CallMetrics
    private let logger: Logger

    init(rejections: any Rejections, metrics: CallMetrics, logger: Logger) {
        let now = ContinuousClock.now
        self.state = Mutex(State(limit: RefusalLimit(at: now), lines: LineLimit(at: now)))
        self.rejections = rejections
        self.metrics = metrics
        self.logger = logger
    }

    /// What the caller hears: `failure`, or that he was refused too often.
    func refuse(_ arrival: RefusedArrival, as failure: ReplyFailure) -> ReplyFailure {
        metrics.refused[.init(app: arrival.app?.name ?? "", reason: arrival.reason)].increment()
        guard !arrival.isSigned else {
            keep(arrival)
            return failure
        }
        switch state.withLock({ $0.limit.refuse(arrival.caller, at: .now) }) {
        case .within:
            keep(arrival)
            return failure
        case .beyond(let retryAfter, let isFirst):
            metrics.limited.increment()
            if isFirst { log("an address is refused too often, and its refusals are only counted", arrival) }
            return .tooManyRefusals(retryAfterSeconds: Int(retryAfter.components.seconds) + 1)
        }
    }

    private func keep(_ arrival: RefusedArrival) {
        rejections.record {
            RefusedCall(
                app: arrival.app?.id, reason: arrival.reason, detail: arrival.detail,
                remoteAddress: arrival.caller.map { "\($0)" },
                parameters: arrival.call.map { ParameterNames.names(in: $0) } ?? [])
        }
        log("a call was refused", arrival)
    }

    private func log(_ message: Logger.Message, _ arrival: RefusedArrival) {
        guard let leftOut = state.withLock({ $0.lines.take(at: .now) }) else { return }
        var metadata: Logger.Metadata = [
            "reason": "\(arrival.reason)", "from": "\(arrival.caller.map { "\($0)" } ?? "")",
        ]
        if let app = arrival.app { metadata["app"] = "\(app.name)" }
        if let detail = arrival.detail { metadata["detail"] = "\(detail)" }
        if leftOut > 0 { metadata["left_out"] = "\(leftOut)" }
        logger.warning(message, metadata: metadata)
    }
}
