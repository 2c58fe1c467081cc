import RelayCore
import RelayFile
import StandardWebhooks

/// 24 bytes, the shortest that is right.
let standardSecret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"

struct Refused: Error, CustomStringConvertible {
    let description: String
}

let rules = RelayFileRules(
    platforms: [
        "renrenxiu": ["order_no", "openid", "phone"], "meituan-alliance": ["orderid", "status"],
        "youzan": ["id", "type", "msg"],
    ],
    checkURL: { text in
        guard text.hasPrefix("https://") || text.hasPrefix("http://plain.") else {
            throw Refused(description: "\(text) does not start with https://")
        }
    },
    checkStandardSecret: { _ = try StandardWebhooksSecret(parsing: $0) },
    checkCertificates: { text in
        guard text.hasPrefix("certificate") else { throw Refused(description: "is no certificate") }
    },
    checkPrivateKey: { key in
        guard key.reveal().hasPrefix("key") else { throw Refused(description: "is no key") }
    },
    checkIdentity: { identity in
        guard identity.certificate.dropFirst("certificate".count) == identity.key.reveal().dropFirst("key".count)
        else { throw Refused(description: "is the key of another certificate") }
    })

let environment = ["RRX_SECRET": "eRdLi88c6I6L95PFSX1Nq69Y84xLcD3T", "TEAHOUSE_WHSEC": standardSecret]

func read(
    _ text: String, configured: Declaration = Declaration(), environment: [String: String] = environment
) throws(RelayFileProblems) -> Declaration {
    try RelayFile.read(text: text, configured: configured, rules: rules) { environment[$0] }
}

/// The lines that an operator sees; empty where there is nothing wrong.
func problems(
    of text: String, configured: Declaration = Declaration(), environment: [String: String] = environment
) -> [String] {
    do throws(RelayFileProblems) {
        _ = try read(text, configured: configured, environment: environment)
        return []
    } catch {
        return error.description.split(separator: "\n").map(String.init)
    }
}

/// The file of the documentation, as far as this version goes.
let exampleFile = """
    merchants:
      - name: teahouse
    apps:
      - name: teahouse-rrx
        merchant: teahouse
        platform: renrenxiu
        app_key: 96c84928b1dce057d110ea3b3880fc83
        secret: ${RRX_SECRET}
        clock_window: 5m            # 0 turns the time_stamp check off
        reply:
          wait: 3s
          on_pending: accept
          pending_message: 奖品发放中,请稍后查看
    endpoints:
      - name: teahouse-erp
        merchant: teahouse
        url: https://erp.teahouse.example/hooks
        format: standard
        secret: ${TEAHOUSE_WHSEC}
        timeout: 10s
        max_in_flight: 32
        daily_quota: 2000
        breaker: false
        rate: 100/s
        ordered: false
        retry: [5s, 30s, 2m, 10m, 30m, 1h, 3h, 6h, 12h, 24h]
        expire_after: 72h
      - name: audit-log
        merchant: teahouse
        url: https://audit.teahouse.example/events
        format: platform
        app_key: audit
        secret: own-secret
        ordered: true
    routes:
      - app: teahouse-rrx
        event: goods.issue
        goods: "zp_*"
        endpoint: teahouse-erp
        copies: [audit-log]
      - {app: teahouse-rrx, event: "*", endpoint: audit-log}
    goods:
      - {app: teahouse-rrx, code: zp_001, name: 酒水1, image: "https://image.rrx.cn/p/a.jpg", price: 1.23}
    retention: {events: 90d}
    allow_private_networks: [127.0.0.0/8]
    """
