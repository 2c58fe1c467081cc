import RelayCore

/// What RenRenXiu hears. It reads the JSON and not the status, so every answer is contract JSON, whatever its status.
enum RenRenXiuAnswer {
    static func answer(_ reply: Reply) -> PlatformAnswer {
        switch reply {
        case .settled(let answer):
            PlatformAnswer(body: answer)
        case .pending(let policy):
            PlatformAnswer(body: pending(policy))
        case .cancelled:
            PlatformAnswer(body: failure("该订单已取消发放"))
        case .refused(let refusal):
            PlatformAnswer(body: failure(refusal.message))
        case .unavailable(let seconds):
            PlatformAnswer(status: 503, body: failure("服务暂时不可用,请稍后重试"), retryAfterSeconds: seconds)
        case .overloaded(let seconds):
            PlatformAnswer(status: 503, body: failure("系统繁忙,请稍后重试"), retryAfterSeconds: seconds)
        case .unknownApp:
            PlatformAnswer(status: 404, body: failure("接口地址不存在,请核对商家提供的地址"))
        case .methodNotAllowed(let allowed):
            PlatformAnswer(
                status: 405, body: failure("请求方法应为 \(allowed.joined(separator: "、"))"), allowedMethods: allowed)
        case .bodyTooLarge(let limit):
            PlatformAnswer(status: 413, body: failure("请求体超过 \(limit) 字节"))
        case .unsupportedContentType(let expected):
            PlatformAnswer(status: 415, body: failure("Content-Type 应为 \(expected.joined(separator: "、"))"))
        case .tooSlow:
            PlatformAnswer(status: 408, body: failure("请求接收超时,请重试"))
        }
    }

    /// `data` and `link` reach a participant's screen: what of them breaks the contract is left out.
    static func answer(_ reply: MerchantReply) -> (answer: [UInt8], warning: String?) {
        let message = reply.message.flatMap { $0.isEmpty ? nil : $0 }
        if reply.isRefusal { return (failure(message ?? "商家未发放该奖品"), nil) }

        var members: [JSON.Member] = [
            .init(name: "result", value: 0), .init(name: "msg", value: .string(message ?? "ok")),
        ]
        var warnings: [String] = []
        do {
            if let rows = try PrizeRows.checked(reply.data) { members.append(.init(name: "data", value: rows)) }
        } catch {
            warnings.append("data left out: \(error.reason)")
        }
        do {
            if let link = try PrizeLink.checked(reply.link) { members.append(.init(name: "link", value: link)) }
        } catch {
            warnings.append("link left out: \(error.reason)")
        }
        return (JSON.object(members).serialized(), warnings.isEmpty ? nil : warnings.joined(separator: "; "))
    }

    private static func pending(_ policy: ReplyPolicy) -> [UInt8] {
        switch policy.onPending {
        case .accept:
            let row: JSON = ["name": "状态", "value": .string(policy.pendingMessage)]
            return (["result": 0, "msg": "ok", "data": [row]] as JSON).serialized()
        case .reject:
            return failure(policy.pendingMessage)
        }
    }

    private static func failure(_ message: String) -> [UInt8] {
        (["result": 1, "msg": .string(message)] as JSON).serialized()
    }
}
