import Crypto
import Foundation
import NIOCore
import Platforms
import RelayCore

/// A signed goods issue of RenRenXiu's that is made once and then stamped: another order's number and time, and the
/// signature anew. A load generator that wrote each form from scratch would take the time that is to be measured.
struct StampedIssue {
    private static let bodyBytes = 500

    /// The whole request.
    private var request: [UInt8]
    private let orderInRequest: Int
    private let timeInRequest: Int
    private let signInRequest: Int
    /// What is hashed.
    private var signed: [UInt8]
    private let orderInSigned: Int
    private let timeInSigned: Int

    /// - Parameter app: its name, which is its key as well.
    init(app: String, plan: LoadPlan) throws {
        let orderNo = plan.orderNo(of: 0)
        let time = String(repeating: "0", count: 13)
        let secret = Secret(BenchFile.appSecret)
        func parameters(padding: Int) -> [FormBody.Pair] {
            [
                (name: "app_key", value: app), (name: "time_stamp", value: time),
                (name: "openid", value: "ot1UbuBBzlE6IjEDWfyXQW3dy2S4"), (name: "order_no", value: orderNo),
                (name: "goods_code", value: "zp_001"), (name: "nickname", value: "茶客"),
                (name: "phone", value: "13635603333"),
                (name: "contacts", value: #"[{"id":"3","name":"手机","value":"13635603333"}]"#),
                (name: "remark", value: String(repeating: "x", count: padding)),
            ]
        }
        let shortest = try RenRenXiuSignature.signedForm(parameters(padding: 1), secret: secret).count
        let padded = parameters(padding: max(Self.bodyBytes - shortest + 1, 1))
        let body = try RenRenXiuSignature.signedForm(padded, secret: secret)
        let head = """
            POST /in/\(app)/goods/issue HTTP/1.1\r
            Host: 127.0.0.1:\(plan.port)\r
            Content-Type: \(FormBody.contentType)\r
            Content-Length: \(body.count)\r
            \r

            """
        request = Array(head.utf8) + body
        signed = Array(
            RenRenXiuSignature.explanation(of: try FormBody(padded), secret: secret).signedText.reveal().utf8)
        orderInRequest = try Self.place(of: "order_no=", in: request)
        timeInRequest = try Self.place(of: "time_stamp=", in: request)
        signInRequest = try Self.place(of: "sign=", in: request)
        orderInSigned = try Self.place(of: "order_no=", in: signed)
        timeInSigned = try Self.place(of: "time_stamp=", in: signed)
    }

    /// Returns the whole request, head and all.
    mutating func request(for order: Int, atUnixMilliseconds now: Int64) -> [UInt8] {
        Self.write(order, digits: 10, at: orderInRequest + 6, in: &request)
        Self.write(order, digits: 10, at: orderInSigned + 6, in: &signed)
        Self.write(Int(now), digits: 13, at: timeInRequest, in: &request)
        Self.write(Int(now), digits: 13, at: timeInSigned, in: &signed)
        let hexadecimal = Array("0123456789ABCDEF".utf8)
        var place = signInRequest
        for byte in Insecure.MD5.hash(data: signed) {
            request[place] = hexadecimal[Int(byte >> 4)]
            request[place + 1] = hexadecimal[Int(byte & 15)]
            place += 2
        }
        return request
    }

    private static func write(_ number: Int, digits: Int, at place: Int, in bytes: inout [UInt8]) {
        var rest = number
        for position in stride(from: place + digits - 1, through: place, by: -1) {
            bytes[position] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
    }

    /// Of what stands behind a name and its `=`.
    private static func place(of name: String, in bytes: [UInt8]) throws(BenchFailure) -> Int {
        guard let range = bytes.firstRange(of: Array(name.utf8)) else {
            throw .unreadable("a signed call", what: name)
        }
        return range.upperBound
    }
}
