import Crypto
import Platforms
import RelayCore

extension ConformanceSubject {
    static func allianceApp(callbackKey: Secret, apiSecret: Secret = Secret("8f1c2e9b7a6d4053")) -> App {
        App(
            id: AppID(2),
            settings: AppSettings(
                name: "teahouse-alliance", merchant: "teahouse", platform: "meituan-alliance", appKey: "mtkey",
                secret: apiSecret, alliance: AllianceSettings(callbackKey: callbackKey)),
            callbackKeys: CallbackKeyRing([.init(secret: callbackKey)]))
    }

    /// What the platform calls its own: the secret before and behind, nothing between.
    static func allianceSignature(_ parameters: [Parameter], secret: Secret) -> String {
        let secret = Array(secret.reveal().utf8)
        let joined =
            parameters.filter { $0.name != "sign" }
            .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
            .flatMap { Array($0.name.utf8) + $0.value }
        return hexadecimal(Insecure.MD5.hash(data: secret + joined + secret))
    }

    static let meituanAlliance = ConformanceSubject(
        platform: MeituanAlliance(),
        app: allianceApp(callbackKey: Secret("callback-key")),
        callbackPath: "callback",
        contentType: "application/x-www-form-urlencoded",
        orderParameter: "orderid",
        signatureParameter: "sign",
        stranger: allianceApp(callbackKey: Secret("another key")),
        receiver: { _, secret in allianceApp(callbackKey: secret, apiSecret: secret) },
        requiredParameters: ["orderid", "status"],
        sendsTime: false,
        parameters: { _ in
            [
                Parameter("orderid", "1000000001"),
                Parameter("type", "4"),
                Parameter("status", "1"),
                Parameter("smstitle", "美团外卖 红包 & 🧧"),
                Parameter("dealid", "0"),
                Parameter("quantity", "1"),
                Parameter("total", "36.80"),
                Parameter("direct", "30.30"),
                Parameter("ratio", "0.03"),
                Parameter("paytime", "1732240000"),
                Parameter("ordertime", "1732239990"),
                Parameter("modtime", "1732240001"),
                Parameter("uid", "12345"),
                Parameter("sid", "channel-7"),
            ]
        },
        sign: { parameters, app in
            allianceSignature(parameters, secret: app.callbackKeys.keys.first?.secret ?? Secret(""))
        },
        write: formBody,
        saysTaken: { $0["errcode"] == "0" })
}
