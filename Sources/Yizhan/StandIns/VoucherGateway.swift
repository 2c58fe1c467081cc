import Foundation
import RelayCore
import Synchronization

/// A service provider's gateway for Meituan's vouchers, which answers with the codes that it is told to.
final class VoucherGateway: Sendable {
    static let path = "/api/groupBuy/getScopeUrl"

    private let codes: [Int]
    private let isHTML: Bool
    private let calls = Mutex(0)

    /// - Parameters:
    ///   - codes: one for each call in turn, and again from the first.
    ///   - isHTML: answers a page, as a proxy in between does.
    init(codes: [Int], isHTML: Bool = false) {
        self.codes = codes
        self.isHTML = isHTML
    }

    /// `line` tells of the call, and holds no link.
    func answer(_ call: StandIn.Call) -> (answer: StandIn.Answer, line: String) {
        guard call.path == Self.path, call.method == "POST" else {
            return (StandIn.Answer(status: 404), "\(call.method) \(call.path): there is only POST \(Self.path)")
        }
        guard !isHTML else {
            let page = Array("<html><body>502 Bad Gateway</body></html>".utf8)
            return (StandIn.Answer(contentType: "text/html", body: page), "a page")
        }
        let json = try? JSON(parsing: call.body)
        let shop = json?["shopId"]?.stringValue ?? ""
        let code = code(platform: json?["platform"], shop: shop)
        var members: [JSON.Member] = [
            .init(name: "code", value: JSON(code)), .init(name: "message", value: .string(Self.message(of: code))),
        ]
        if code == 200 {
            let link = "https://meituan.com/auth?token=\(UUID().uuidString.lowercased())"
            members.append(.init(name: "data", value: ["authUrl": .string(link)]))
        }
        return (StandIn.Answer(body: JSON.object(members).serialized()), "shop \(shop.printable)  code \(code)")
    }

    /// What is wrong with the call comes before what the gateway was told to say.
    private func code(platform: JSON?, shop: String) -> Int {
        if platform != 1 || shop.isEmpty { return 40_001 }
        if !shop.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) { return 40_002 }
        return calls.withLock { calls in
            defer { calls += 1 }
            return codes[calls % codes.count]
        }
    }

    private static func message(of code: Int) -> String {
        switch code {
        case 200: "success"
        case 40_001: "参数缺失"
        case 40_002: "shopId 无效"
        case 40_003: "无权限"
        case 50_001: "系统内部错误"
        default: "unknown"
        }
    }
}
