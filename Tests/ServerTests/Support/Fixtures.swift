import Platforms
import RelayCore
import Server
import Testing

let teahouse = App(
    id: AppID(1), name: "teahouse-rrx", merchant: "teahouse", platform: "renrenxiu", appKey: "key-of-the-app",
    secret: Secret("secret-of-the-app"), clockWindow: .zero)
let union = App(
    id: AppID(2),
    settings: AppSettings(
        name: "teahouse-alliance", merchant: "teahouse", platform: "meituan-alliance", appKey: "mt-key",
        secret: Secret("api-secret"), clockWindow: .zero, alliance: AllianceSettings()),
    callbackKeys: CallbackKeyRing([.init(secret: Secret("callback-key"))]))
let erp = EndpointID(1)
let audit = EndpointID(2)
let special = EndpointID(3)

func directory(apps: [App] = [teahouse, union], goods: [AppID: [Goods]] = [:]) throws -> Directory {
    let endpoint = { (id: EndpointID, ordered: Bool) in
        Endpoint(
            id: id, name: "endpoint-\(id.number)", merchant: "teahouse", url: "http://127.0.0.1:9",
            format: .standard(secret: Secret("")), ordered: ordered)
    }
    return Directory(
        apps: apps, endpoints: [endpoint(erp, true), endpoint(audit, false), endpoint(special, false)],
        routes: [
            teahouse.id: [
                Route(
                    event: try ShellPattern("goods.*"), goods: try ShellPattern("vip_*"), endpoint: special, copies: []),
                Route(
                    event: try ShellPattern("*"), goods: try ShellPattern("zp_*"), endpoint: erp,
                    copies: [audit, erp, audit]),
                Route(event: try ShellPattern("*"), goods: try ShellPattern("zp_1"), endpoint: audit, copies: []),
            ],
            union.id: [Route(event: try ShellPattern("order.*"), goods: nil, endpoint: audit, copies: [])],
        ], goods: goods)
}

/// A signed goods issue.
func goodsIssue(orderNo: String = "order-1", goods: String = "zp_1", secret: Secret = teahouse.secret) throws -> String
{
    let form = try RenRenXiuSignature.signedForm(
        [
            (name: "app_key", value: teahouse.appKey), (name: "time_stamp", value: "1700000000000"),
            (name: "openid", value: "openid-of-a-person"), (name: "order_no", value: orderNo),
            (name: "goods_code", value: goods), (name: "phone", value: "13635603333"),
        ], secret: secret)
    return String(decoding: form, as: UTF8.self)
}
