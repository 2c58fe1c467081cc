import Crypto
import Platforms
import RelayCore

extension ConformanceSubject {
    static func youzanApp(_ clientID: String, _ clientSecret: Secret) -> App {
        App(
            id: AppID(3), name: "teahouse-youzan", merchant: "teahouse", platform: "youzan", appKey: clientID,
            secret: clientSecret)
    }

    static let youzan = ConformanceSubject(
        platform: Youzan(),
        app: youzanApp("testid", Secret("testsecret")),
        callbackPath: "messages",
        contentType: "application/json",
        orderParameter: "id",
        signatureParameter: "sign",
        stranger: youzanApp("testid", Secret("another secret")),
        receiver: youzanApp,
        // Youzan signs `msg` and nothing else.
        protectedRange: { body in
            let name = Array(#""msg":""#.utf8)
            guard let start = body.firstRange(of: name)?.upperBound,
                let end = body[start...].firstIndex(of: UInt8(ascii: "\""))
            else { return 0..<0 }
            return start..<end
        },
        requiredParameters: ["id", "type"],
        sendsTime: false,
        parameters: { _ in
            [
                Parameter("id", "E20260101-paid"),
                Parameter("type", "trade_TradePaid"),
                Parameter("kdt_id", "42587152"),
                Parameter("status", "TRADE_PAID"),
                Parameter("version", "1732240000"),
                Parameter("sendCount", "1"),
                Parameter("msg", "%7B%22payment%22%3A%2236.80%22%2C%22title%22%3A%22%E5%A5%B6+%E8%8C%B6%22%7D"),
            ]
        },
        sign: { parameters, app in
            let message = parameters.first { $0.name == "msg" }?.value ?? []
            return hexadecimal(
                Insecure.MD5.hash(data: Array(app.appKey.utf8) + message + Array(app.secret.reveal().utf8)))
        },
        write: { parameters in
            let members = parameters.map { parameter -> [UInt8] in
                var member: [UInt8] = []
                JSON.write(parameter.name, into: &member)
                return member + [UInt8(ascii: ":")] + jsonText(parameter.value)
            }
            return [UInt8(ascii: "{")] + members.joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "}")]
        },
        saysTaken: { $0["code"] == 0 })

    /// A JSON string of bytes that need not be UTF-8.
    private static func jsonText(_ bytes: [UInt8]) -> [UInt8] {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return [UInt8(ascii: "\"")] + bytes + [UInt8(ascii: "\"")]
        }
        return JSON.string(text).serialized()
    }
}
