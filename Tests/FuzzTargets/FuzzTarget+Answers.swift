import NIOHTTP1
import RelayCore

@testable import OutboundHTTP
@testable import Platforms
@testable import YouzanAPI

extension FuzzTarget {
    /// Whatever a merchant says, the platform hears JSON of its contract.
    static let merchantAnswer = FuzzTarget("merchant-answer") { bytes in
        let answer = MerchantAnswer(
            status: status(bytes), body: Array(bytes.dropFirst()), retryAfter: String(decoding: bytes, as: UTF8.self))
        switch Judgement(of: answer, atUnixMilliseconds: now) {
        case .delivered(let reply): try checkHeard(reply, result: 0)
        case .refused(let reply, _): try checkHeard(reply, result: 1)
        case .failed(let reason, let retryAfter):
            try require(reason.utf8.count < 100, "a reason of \(reason.utf8.count) bytes")
            try require(retryAfter ?? .zero >= .zero, "a wait of \(String(describing: retryAfter))")
        }
    }

    /// The first byte tells how many rows were asked for.
    static let goodsLibrary = FuzzTarget("goods-library") { bytes in
        let limit = Int(bytes.first ?? 0) % 20 + 1
        guard case .page(let page, _) = try? GoodsLibraryAnswer(Array(bytes.dropFirst()), limit: limit) else { return }
        try require(page.rows.count <= limit && page.total >= 0, "\(page.rows.count) rows of \(page.total)")
        let heard = try JSON(parsing: RenRenXiu().answer(.goods(page)).body)["data"]
        try require(heard?["rows"]?.arrayValue?.count == page.rows.count, "the platform hears of other rows")
        for row in page.rows { try require(!row.code.isEmpty && row.price.cents >= 0, "a row that is none") }
    }

    /// What the platforms' own interfaces answer; the first byte picks the status.
    static let apiAnswer = FuzzTarget("api-answer") { bytes in
        var answer = HTTPAnswer(head: .init(version: .http1_1, status: .init(statusCode: status(bytes))))
        answer.append(bytes.dropFirst())
        if let token = try? ReceivedToken(answer) {
            try require(isPlain(token.secret.reveal()), "a token that no query can carry")
            _ = AccessTokenLife(
                expiresAtUnixMilliseconds: token.expiresAtUnixMilliseconds, receivedAtUnixMilliseconds: now)
        }
        if let link = try? VoucherAnswer.link(in: answer) {
            try require(link.reveal().hasPrefix("https://") && isPlain(link.reveal()), "a link that is none")
        }
        if case .judged(.refused(let reply, _)) = YouzanVerdict(
            of: answer, hiding: [app.secret], atUnixMilliseconds: now)
        {
            try require(!(reply.message?.contains(app.secret.reveal()) ?? false), "a secret is kept")
        }
    }

    private static func status(_ bytes: [UInt8]) -> Int {
        let all = [200, 204, 301, 401, 410, 429, 500, 503]
        return all[Int(bytes.first ?? 0) % all.count]
    }

    private static func isPlain(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { 0x21...0x7E ~= $0 }
    }

    private static func checkHeard(_ reply: MerchantReply, result: JSON) throws {
        let (bytes, _) = RenRenXiuAnswer().answer(reply)
        let heard = try JSON(parsing: bytes)
        let names = heard.members?.map(\.name) ?? []
        try require(Set(names).count == names.count && names.prefix(2) == ["result", "msg"], "members \(names)")
        try require(heard["result"] == result, "another result")
        try require(heard["msg"]?.stringValue?.isEmpty == false, "no message")
        if let rows = heard["data"] {
            try require(result == 0, "rows with a refusal")
            for row in rows.arrayValue ?? [.null] {
                try require(
                    row["name"]?.stringValue != nil && row["value"]?.stringValue != nil, "a row without its texts")
            }
        }
        if let link = heard["link"], link != .object([]) {
            let needed = link["type"] == 1 ? ["url", "button_text"] : ["username", "path", "button_text"]
            try require(link["type"] == 1 || link["type"] == 2, "a link of no type")
            try require(needed.allSatisfy { link[$0]?.stringValue?.isEmpty == false }, "a link without its texts")
        }
    }
}
