/// What a merchant does with a call. A function of the visit and nothing else, so that a seed says it all.
typealias MerchantConduct = @Sendable (Visit) -> MerchantDeed

/// One call to a merchant.
struct Visit: Sendable {
    let delivery: SeenDelivery
    /// 1 when the delivery comes for the first time.
    let number: Int
}

enum MerchantDeed: Hashable, Sendable {
    case answer(status: Int, result: Int?, after: Duration)
    /// No answer until the caller goes away.
    case hang
    /// RST instead of an answer.
    case reset
    /// A yes, one byte at a time, for longer than any call may take.
    case drip
    /// A yes with more behind it than a relay reads.
    case megabyte
    /// To the very address that was called.
    case redirect
    case garble(Garbage)

    static let accept = MerchantDeed.answer(status: 200, result: 0, after: .zero)
    static let fail = MerchantDeed.answer(status: 500, result: nil, after: .zero)
}

/// What is no answer though it may begin like a yes.
enum Garbage: String, Hashable, Sendable, CaseIterable {
    case anotherProtocol, shortBody, twoLengths, noLength, brokenChunks, brokenHead
}

enum MerchantConducts {
    static let hanging: MerchantConduct = { _ in .hang }
    static let accepting: MerchantConduct = { _ in .accept }

    /// Takes most at once, and the others in every bad way there is.
    static func moody(seed: UInt64) -> MerchantConduct {
        { visit in
            let (delivery, number) = (visit.delivery, visit.number)
            var dice = SeededGenerator(seed: seed, about: "\(delivery.endpoint) \(delivery.order) \(number)")
            return switch Int.random(in: 0..<100, using: &dice) {
            case ..<4: .hang
            case ..<10: .fail
            case ..<14: .reset
            case ..<16: .drip
            case ..<18: .megabyte
            case ..<20: .redirect
            case ..<26: .garble(Garbage.allCases.randomElement(using: &dice) ?? .anotherProtocol)
            case ..<42: .answer(status: 200, result: 0, after: .milliseconds(Int.random(in: 50..<900, using: &dice)))
            case ..<46: .answer(status: 200, result: 1, after: .zero)
            default: .accept
            }
        }
    }
}
