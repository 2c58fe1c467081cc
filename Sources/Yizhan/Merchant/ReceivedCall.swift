import RelayCore

/// One call that a sample merchant got, and what it does about it.
struct ReceivedCall: Sendable {
    let atUnixMilliseconds: Int64
    let call: MerchantCall
    /// 1 at the first time.
    let timesSeen: Int
    let verdict: MerchantSignature.Verdict
    let deed: MerchantDeed

    /// As far as the signature was verified.
    var isFromRelay: Bool {
        switch verdict {
        case .right, .unchecked: true
        case .wrong: false
        }
    }

    var line: String {
        var parts = [
            LocalTime(unixMilliseconds: atUnixMilliseconds).description,
            "order \((call.orderNo ?? "-").printable)", "id \(call.idempotencyKey.printable)", "\(deed)",
        ]
        if timesSeen > 1 { parts.append("AGAIN, time \(timesSeen)") }
        if case .wrong(let reason) = verdict { parts.append("WRONG SIGNATURE: \(reason)") }
        return parts.joined(separator: "  ")
    }

    var json: JSON {
        var members: [JSON.Member] = [
            .init(name: "at", value: .string(Timestamp(unixMilliseconds: atUnixMilliseconds).description)),
            .init(name: "id", value: .string(call.idempotencyKey)),
            .init(name: "order_no", value: call.orderNo.map { .string($0) } ?? .null),
            .init(name: "times_seen", value: JSON(timesSeen)),
        ]
        switch verdict {
        case .right: members.append(.init(name: "signature", value: "right"))
        case .unchecked: members.append(.init(name: "signature", value: "unchecked"))
        case .wrong(let reason): members.append(.init(name: "signature", value: .string("wrong: \(reason)")))
        }
        switch deed {
        case .answer(let status, let body):
            members.append(.init(name: "status", value: JSON(status)))
            members.append(.init(name: "result", value: body?["result"] ?? .null))
        case .hang:
            members.append(.init(name: "status", value: .null))
        }
        return .object(members)
    }
}
