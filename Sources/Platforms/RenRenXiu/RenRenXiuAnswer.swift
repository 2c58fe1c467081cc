import RelayCore

/// What RenRenXiu hears. It reads the JSON and not the status, so every answer is contract JSON, whatever its status.
struct RenRenXiuAnswer: OutcomeWriter {
    static func answer(_ reply: Reply) -> PlatformAnswer {
        switch reply {
        case .settled(let answer):
            PlatformAnswer(body: answer)
        case .pending(let policy):
            PlatformAnswer(body: pending(policy))
        case .taken:
            PlatformAnswer(body: success())
        case .goods(let page):
            PlatformAnswer(body: goods(page))
        case .failed(let failure):
            PlatformAnswer(failure, body: self.failure)
        }
    }

    /// `data` and `link` reach a participant's screen: what of them breaks the contract is left out.
    func answer(_ reply: MerchantReply) -> (answer: [UInt8], warning: String?) {
        let message = reply.message.flatMap { $0.isEmpty ? nil : $0 }
        if reply.isRefusal { return (Self.failure(message ?? "商家未发放该奖品"), nil) }

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
            // Written out: nearly every call is answered so.
            var body = Array(#"{"result":0,"msg":"ok","data":[{"name":"状态","value":"#.utf8)
            JSON.write(policy.pendingMessage, into: &body)
            body += "}]}".utf8
            return body
        case .reject:
            return failure(policy.pendingMessage)
        }
    }

    private static func success() -> [UInt8] {
        (["result": 0, "msg": "ok"] as JSON).serialized()
    }

    private static func goods(_ page: GoodsPage) -> [UInt8] {
        let rows = page.rows.map { goods -> JSON in
            var members: [JSON.Member] = [.init(name: "goods_name", value: .string(goods.name))]
            if let image = goods.image { members.append(.init(name: "goods_image", value: .string(image))) }
            members.append(.init(name: "goods_price", value: .number(goods.price.description)))
            members.append(.init(name: "goods_code", value: .string(goods.code)))
            return .object(members)
        }
        let data: JSON = ["total": JSON(page.total), "rows": .array(rows)]
        return (["result": 0, "msg": "ok", "data": data] as JSON).serialized()
    }

    private static func failure(_ message: String) -> [UInt8] {
        (["result": 1, "msg": .string(message)] as JSON).serialized()
    }
}
