import Crypto
import Foundation
import RelayCore
import TestSupport

/// A call of the relay as a merchant sees it.
struct MerchantCall: Sendable {
    let path: String
    /// Names in small letters.
    let headers: [String: String]
    let body: [UInt8]
    let arrivedAt = ContinuousClock.now
    let orderNo: String?
    /// 1 at the first time.
    var timesSeen = 1

    init(path: String, headers: [String: String], body: [UInt8]) {
        self.path = path
        self.headers = headers
        self.body = body
        orderNo = Self.orderNo(in: body)
    }

    /// Nil where the body is not JSON.
    var json: JSON? { try? JSON(parsing: body) }
    var data: JSON? { json?["data"] }

    /// The decoded parameters, where the body is a form.
    var form: PlatformCaller.Parameters { Self.form(body) }

    private static func form(_ body: [UInt8]) -> PlatformCaller.Parameters {
        String(decoding: body, as: UTF8.self).split(separator: "&").map { part in
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let decoded = pair.map {
                $0.replacingOccurrences(of: "+", with: " ").removingPercentEncoding ?? "not percent-encoded"
            }
            return (decoded[0], decoded.count > 1 ? decoded[1] : "")
        }
    }

    private static func orderNo(in body: [UInt8]) -> String? {
        let json = try? JSON(parsing: body)
        let fields = json?["data"] ?? json
        if let tid = fields?["msg"]?["tid"]?.stringValue { return tid }
        for name in ["order_no", "orderid", "id"] {
            if let number = fields?[name]?.stringValue ?? form(body).first(where: { $0.name == name })?.value {
                return number
            }
        }
        return nil
    }

    /// As the specification of Standard Webhooks has it, without the relay's own code.
    func isSigned(with secret: String) -> Bool {
        guard let key = Data(base64Encoded: String(secret.dropFirst("whsec_".count))),
            let id = headers["webhook-id"], let timestamp = headers["webhook-timestamp"],
            let signatures = headers["webhook-signature"]
        else { return false }
        let signed = Data("\(id).\(timestamp).".utf8) + Data(body)
        let code = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: key))
        return signatures.split(separator: " ").contains { $0 == "v1,\(Data(code).base64EncodedString())" }
    }
}

struct MerchantAnswer: Sendable {
    var status = 200
    var body = ""
    var headers: [String: String] = [:]

    /// What an order gets that wins.
    static let issued = json(#"{"result":0,"msg":"已发放","data":[{"name":"券号","value":"3932933"}]}"#)

    static func status(_ status: Int, _ headers: [String: String] = [:]) -> MerchantAnswer {
        MerchantAnswer(status: status, headers: headers)
    }

    static func json(_ text: String) -> MerchantAnswer {
        MerchantAnswer(body: text, headers: ["Content-Type": "application/json"])
    }

    /// No answer; the test's end ends it.
    static func never() async throws -> MerchantAnswer {
        try await Gate().pass()
        return .status(500)
    }
}
