import Crypto
import Platforms
import RelayCore

extension ConformanceSubject {
    private static func renRenXiuApp(_ appKey: String, _ secret: Secret) -> App {
        App(
            id: AppID(1), name: "teahouse-rrx", merchant: "teahouse", platform: "renrenxiu", appKey: appKey,
            secret: secret, clockWindow: .seconds(300))
    }

    static let renRenXiu = ConformanceSubject(
        platform: RenRenXiu(),
        app: renRenXiuApp("96c84928b1dce057d110ea3b3880fc83", Secret("eRdLi88c6I6L95PFSX1Nq69Y84xLcD3T")),
        callbackPath: "goods/issue",
        contentType: "application/x-www-form-urlencoded",
        orderParameter: "order_no",
        signatureParameter: "sign",
        stranger: renRenXiuApp("96c84928b1dce057d110ea3b3880fc83", Secret("another secret")),
        receiver: renRenXiuApp,
        requiredParameters: ["app_key", "time_stamp", "openid", "order_no", "goods_code"],
        sendsTime: true,
        parameters: { sentAt in
            [
                Parameter("app_key", "96c84928b1dce057d110ea3b3880fc83"),
                Parameter("time_stamp", String(sentAt)),
                Parameter("nonce_str", "nonce\(sentAt)"),
                Parameter("openid", "ot1UbuBBzlE6IjEDWfyXQW3dy2S4"),
                Parameter("nickname", "小 张子 🎁"),
                Parameter("headimgurl", "https://thirdwx.qlogo.cn/mmopen/a?x=1&y=2%20z"),
                Parameter("order_no", "19201704060281699381"),
                Parameter("goods_code", "zp_001"),
                Parameter("phone", ""),
                Parameter("contacts", #"[{"id":"1","name":"姓名","value":"张三"},{"id":3,"name":"手机","value":"1"}]"#),
                Parameter("h5_guid", "123456"),
            ]
        },
        sign: { parameters, app in
            let joined =
                parameters
                .filter { !$0.value.isEmpty && $0.name != "sign" }
                .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
                .map { Array("\($0.name)=".utf8) + $0.value }
                .joined(separator: [UInt8(ascii: "&")])
            return hexadecimal(Insecure.MD5.hash(data: Array(joined) + Array(app.secret.reveal().utf8))).uppercased()
        },
        write: formBody,
        saysTaken: { $0["result"] == .number("0") })
}

func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 0x10 ? "0" : "") + String($0, radix: 16) }.joined()
}

func formBody(_ parameters: [ConformanceSubject.Parameter]) -> [UInt8] {
    Array(
        parameters
            .map { percentEncoded(Array($0.name.utf8)) + [UInt8(ascii: "=")] + percentEncoded($0.value) }
            .joined(separator: [UInt8(ascii: "&")]))
}

/// Everything but ASCII letters and digits escaped.
func percentEncoded(_ bytes: [UInt8]) -> [UInt8] {
    bytes.flatMap { byte -> [UInt8] in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            return [byte]
        default:
            let digits = String(byte, radix: 16, uppercase: true)
            return Array("%\(digits.utf8.count == 1 ? "0" : "")\(digits)".utf8)
        }
    }
}
