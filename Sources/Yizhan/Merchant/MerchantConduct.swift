import RelayCore

/// How a sample merchant behaves. A whim is drawn anew for each attempt; an answer is the same for the same event.
struct MerchantConduct: Sendable {
    enum Answer: Hashable, Sendable {
        case accepted
        case refused
        /// 200 without a body.
        case empty
        case status(Int)
    }

    var answer = Answer.accepted
    /// The shares, from 0 to 1, of attempts that are answered 500, and that are not answered at all.
    var failRate = 0.0
    var hangRate = 0.0
    /// The share of events that are refused, however often they come.
    var refuseRate = 0.0
    var delay = Duration.zero

    /// - Parameter whim: a random number from 0 up to 1.
    func deed(for call: MerchantCall, whim: Double) -> MerchantDeed {
        if whim < failRate { return .answer(status: 500, [:]) }
        if whim < failRate + hangRate { return .hang }
        if refuseRate > 0, StableShare.of(Array(call.idempotencyKey.utf8)) < refuseRate { return .refused }
        switch answer {
        case .accepted:
            return .answer(
                status: 200, ["result": 0, "msg": "ok", "data": Voucher(orderNo: call.orderNo ?? "").rows])
        case .refused: return .refused
        case .empty: return .answer(status: 200, nil)
        case .status(let status): return .answer(status: status, nil)
        }
    }
}

enum MerchantDeed: Hashable, Sendable {
    case answer(status: Int, JSON?)
    /// No answer, for longer than anybody waits.
    case hang

    static let refused = MerchantDeed.answer(status: 200, ["result": 1, "msg": "没有领奖资格"])
}

extension MerchantDeed: CustomStringConvertible {
    /// `200 result 0`
    var description: String {
        switch self {
        case .answer(let status, let body):
            "\(status)" + (body?["result"]?.intValue.map { " result \($0)" } ?? "")
        case .hang: "no answer"
        }
    }
}
