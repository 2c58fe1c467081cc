/// What a merchant's answer to one attempt means for the delivery.
package enum Judgement: Hashable, Sendable {
    case delivered(MerchantReply)
    /// Final: there is no other attempt. `pausesEndpoint` where the merchant says that nothing is there any more.
    case refused(MerchantReply, pausesEndpoint: Bool)
    /// `reason` is short and holds nothing of the answer's text, so that it may be logged and shown.
    case failed(reason: String, retryAfter: Duration?)
}

extension Judgement {
    /// Only a member `result` makes a body more than a receipt: 0 is a yes and 1 a no, as a number or as a string.
    /// `null` is as good as no `result`. With any other value the answer can be neither taken for a yes nor for a no,
    /// so the attempt failed: it is repeated, and an operator sees why.
    package init(of answer: MerchantAnswer, atUnixMilliseconds now: Int64) {
        switch answer.status {
        case 200...299:
            self.init(ofBody: answer.body)
        case 410:
            self = .refused(MerchantReply(isRefusal: true), pausesEndpoint: true)
        case 429, 503:
            let retryAfter = answer.retryAfter.flatMap { RetryAfter.wait(askedBy: $0, atUnixMilliseconds: now) }
            self = .failed(reason: "HTTP \(answer.status)", retryAfter: retryAfter)
        default:
            self = .failed(reason: "HTTP \(answer.status)", retryAfter: nil)
        }
    }

    private init(ofBody body: [UInt8]) {
        guard let body = Self.json(body), let result = body["result"], result != .null else {
            self = .delivered(MerchantReply())
            return
        }
        var reply = MerchantReply(message: body["msg"]?.stringValue, data: body["data"], link: body["link"])
        switch result.intValue ?? result.stringValue.flatMap({ Int($0) }) {
        case 0:
            self = .delivered(reply)
        case 1:
            reply.isRefusal = true
            self = .refused(reply, pausesEndpoint: false)
        case let number?:
            self = .failed(reason: "answer has result \(number)", retryAfter: nil)
        case nil:
            self = .failed(reason: "answer has a result that is neither 0 nor 1", retryAfter: nil)
        }
    }

    /// Some merchants' systems put a byte order mark before their JSON. Taken for "not JSON", their no would be lost.
    private static func json(_ body: [UInt8]) -> JSON? {
        let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let text = body.starts(with: byteOrderMark) ? body[byteOrderMark.count...] : body[...]
        // A body that is not JSON is a receipt like an empty one: the error has nothing to say.
        return try? JSON(parsing: text)
    }
}
