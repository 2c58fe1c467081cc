/// What the demo was about to show, and what happened instead.
enum DemoFailure: Error, CustomStringConvertible {
    case noAnswer(String)
    case notAccepted(String)
    case otherVoucher(expected: String)
    case otherAnswer
    case merchantCalls(Int)
    case notDelivered

    var description: String {
        switch self {
        case .noAnswer(let reason): "the relay did not answer: \(reason)"
        case .notAccepted(let outcome): "the relay did not answer with result 0, but: \(outcome)"
        case .otherVoucher(let expected): "the answer does not hold the merchant's voucher \(expected)"
        case .otherAnswer: "the second answer is not the first one"
        case .merchantCalls(let count): "the merchant was called \(count) times, not once"
        case .notDelivered: "the order's trace has no delivery in it"
        }
    }
}
