import Crypto
import RelayCore

/// The callback-key notification 回调密钥 (ours): the new key, signed with the API secret.
extension CallbackKeyNotice {
    init(_ parameters: FormBody, for app: App, atUnixMilliseconds now: Int64) throws(Refusal) {
        let missing = parameters.missing(of: ["key", "callbackKey", "ts", "sign"])
        guard missing.isEmpty, let appKey = parameters["key"], let time = parameters["ts"],
            let sign = parameters["sign"]
        else { throw .missing(missing) }
        guard appKey.elementsEqual(app.appKey.utf8) else { throw .wrongAppKey(parameter: "key") }
        guard AllianceSignature.isRight(sign, for: parameters, secret: app.secret) else { throw .wrongSignature }
        guard time.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
            let announcedAt = Int64(parameters.text(time))
        else { throw .garbledTime(parameter: "ts", unit: "秒") }
        guard app.clockWindow == .zero || .seconds((now / 1_000 - announcedAt).magnitude) <= app.clockWindow else {
            throw .stale(parameter: "ts", unit: "秒", window: app.clockWindow)
        }
        self.init(
            key: Secret(try parameters.identifier("callbackKey")), announcedAtSeconds: announcedAt,
            arrival: Arrival(
                type: "callback_key.rotated", orderNo: "callback_key", dedupeKey: "\(announcedAt)", isOrdered: true,
                body: FormBody.encode([(name: "key", value: app.appKey), (name: "ts", value: "\(announcedAt)")]),
                // Told by its time alone: a digest of the key would tell something of the key.
                fingerprint: Array(SHA256.hash(data: Array("callback_key.rotated".utf8)))))
    }
}
