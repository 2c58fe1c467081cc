package import OutboundHTTP
package import RelayCore

/// What an API's answer means.
package enum YouzanVerdict: Hashable, Sendable {
    case judged(Judgement)
    /// Another token may be taken. `reason` holds nothing of the answer's text.
    case tokenRefused(reason: String)
}

extension YouzanVerdict {
    /// - Parameter secrets: not to be seen in what is kept of the answer's message.
    package init(of answer: HTTPAnswer, hiding secrets: [Secret], atUnixMilliseconds now: Int64) {
        // What is not JSON has its own reason below.
        let json = answer.isBodyTruncated ? nil : try? JSON(parsing: answer.body)
        if let reason = Self.tokenRefusal(status: answer.status, json) {
            self = .tokenRefused(reason: reason)
        } else {
            self = .judged(Self.judge(answer, json, hiding: secrets, atUnixMilliseconds: now))
        }
    }

    private static func judge(
        _ answer: HTTPAnswer, _ json: JSON?, hiding secrets: [Secret], atUnixMilliseconds now: Int64
    ) -> Judgement {
        guard 200..<300 ~= answer.status else {
            let asksToWait = answer.status == 429 || answer.status == 503
            let retryAfter = asksToWait ? answer.value(of: "Retry-After") : nil
            return .failed(
                reason: "HTTP \(answer.status)",
                retryAfter: retryAfter.flatMap { RetryAfter.wait(askedBy: $0, atUnixMilliseconds: now) })
        }
        if answer.isBodyTruncated { return .failed(reason: "the answer is longer than 64 KiB", retryAfter: nil) }
        guard let json else {
            return .failed(
                reason: answer.isHTML ? "the answer is an HTML page" : "the answer is not JSON", retryAfter: nil)
        }
        if let error = json["gw_err_resp"], error != .null {
            let code = error["err_code"].flatMap(\.codeText).map { "error \($0)" } ?? "an error without a code"
            return .failed(reason: "\(code) of the gateway", retryAfter: nil)
        }
        switch json["success"] {
        case .bool(true):
            return .delivered(MerchantReply())
        case .bool(false):
            // Without a code nobody can say whether the same call would be refused again.
            guard json["code"].flatMap(\.codeText) != nil else {
                return .failed(reason: "success is false, without a code", retryAfter: nil)
            }
            let message = json["message"]?.stringValue?.hiding(secrets)
            return .refused(MerchantReply(isRefusal: true, message: message), pausesEndpoint: false)
        case nil, .null, .number, .string, .array, .object:
            return .failed(reason: "the answer has no success, or it is neither true nor false", retryAfter: nil)
        }
    }

    // MARK: Tokens

    /// The platform's documents that are at hand do not say how a token is refused. These codes and words are what its
    /// gateways are known to answer; one that is missing here makes the attempt fail, and it is repeated.
    private static let codes: Set<String> = ["4201", "4202", "4203", "40009", "40010"]

    private static func tokenRefusal(status: Int, _ json: JSON?) -> String? {
        if status == 401 { return "HTTP 401" }
        let found = [json?["code"], json?["gw_err_resp"]?["err_code"]].compactMap { $0?.codeText }
        if let code = found.first(where: codes.contains) { return "code \(code)" }
        guard json?["success"] == false, let message = json?["message"]?.stringValue?.lowercased() else { return nil }
        let namesToken = ["access_token", "access token", "accesstoken"].contains { message.contains($0) }
        return namesToken ? "a message about the access token" : nil
    }
}
