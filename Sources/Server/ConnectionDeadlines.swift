import NIOCore

/// By when a connection has to have done what is next. Bytes that come meanwhile change nothing.
struct ConnectionDeadlines {
    enum Overdue: Hashable {
        /// The first head, with the TLS handshake before it.
        case head
        case nextHead
        case body
        /// The caller does not read what he is answered.
        case answer
        case farewell
    }

    private struct Deadline {
        let what: Overdue
        let time: NIODeadline
    }

    private let limits: ConnectionLimits
    private var inbound: Deadline?
    private var outbound: Deadline?
    private var unanswered = 0
    private var isInBody = false

    init(limits: ConnectionLimits) {
        self.limits = limits
    }

    /// Whether what comes now is the body of a call that is answered already.
    var isAnswered: Bool { isInBody && unanswered == 0 }

    /// When to look again.
    var next: NIODeadline? {
        switch (inbound?.time, outbound?.time) {
        case (let inbound?, let outbound?): min(inbound, outbound)
        case (let inbound, let outbound): inbound ?? outbound
        }
    }

    func overdue(at now: NIODeadline) -> Overdue? {
        [outbound, inbound].compactMap(\.self).first { $0.time <= now }?.what
    }

    mutating func opened(at now: NIODeadline) {
        inbound = Deadline(what: .head, time: now + limits.patience)
    }

    mutating func headRead(at now: NIODeadline) {
        unanswered += 1
        isInBody = true
        inbound = Deadline(what: .body, time: now + limits.patience)
    }

    mutating func bodyRead(at now: NIODeadline) {
        isInBody = false
        inbound = nil
        awaitNext(now)
    }

    mutating func answered(at now: NIODeadline) {
        unanswered -= 1
        awaitNext(now)
    }

    mutating func writabilityChanged(to isWritable: Bool, at now: NIODeadline) {
        outbound = isWritable ? nil : Deadline(what: .answer, time: now + limits.patience)
    }

    /// The caller is told that his body is too slow, and has as long again to hear it.
    mutating func gaveUpOnBody(at now: NIODeadline) {
        inbound = Deadline(what: .farewell, time: now + limits.patience)
    }

    mutating func saidFarewell(at now: NIODeadline) {
        inbound = Deadline(what: .farewell, time: now + limits.farewell)
    }

    private mutating func awaitNext(_ now: NIODeadline) {
        guard unanswered == 0, !isInBody else { return }
        inbound = Deadline(what: .nextHead, time: now + limits.idle)
    }
}
