import EmbeddedPostgreSQL
import Foundation
import Logging
import OutboundHTTP
import RelayCore
import StandardWebhooks
import SystemPackage

/// What the demo is played on: a data directory, ports, and an account of RenRenXiu's published example.
struct DemoStage: Sendable {
    static let app = "teahouse-rrx"
    static let goodsCode = "zp_001"
    /// RenRenXiu's published example; no secret of anybody's.
    static let appKey = "96c84928b1dce057d110ea3b3880fc83"
    static let appSecret = Secret("eRdLi88c6I6L95PFSX1Nq69Y84xLcD3T")
    private static let endpointSecret = Secret("whsec_eWl6aGFuIGRlbW8gbWVyY2hhbnQga2V5")

    let dataDirectory: FilePath
    let platformPort: Int
    let adminPort: Int
    let merchantPort: Int
    /// Those that the demo would rather have had.
    let takenPorts: [Int]
    let orderNo: String

    /// - Parameter dataDirectory: nil for `demo` in the default one, apart from a real relay's data.
    init(dataDirectory: FilePath?, atUnixMilliseconds now: Int64, logger: Logger) async throws {
        if let dataDirectory {
            self.dataDirectory = dataDirectory
        } else {
            self.dataDirectory = try await EmbeddedPostgreSQL.defaultDirectory(logger: logger).appending("demo")
        }
        platformPort = try await FreePort.number(preferring: 8080)
        adminPort = try await FreePort.number(preferring: 9090)
        merchantPort = try await FreePort.number(preferring: 9000)
        let wanted = [(8080, platformPort), (9090, adminPort), (9000, merchantPort)]
        takenPorts = wanted.filter { $0.0 != $0.1 }.map(\.0)
        orderNo = "demo-\(now)"
    }

    var settings: Settings {
        Settings(
            databaseURL: nil, listen: ListenAddress(host: "127.0.0.1", port: platformPort),
            adminListen: ListenAddress(host: "127.0.0.1", port: adminPort), masterKey: nil,
            dataDirectory: dataDirectory.string, log: LogSettings(level: .warning, format: .text))
    }

    /// The path of the sample `relay.yaml`.
    var relayFile: String { dataDirectory.appending("relay.yaml").string }

    var callbackURL: String { "http://127.0.0.1:\(platformPort)/in/\(Self.app)/goods/issue" }

    func merchantSignature() throws(StandardWebhooksSecretError) -> MerchantSignature {
        .standard(try StandardWebhooksSecret(parsing: Self.endpointSecret))
    }

    /// Where a person can look at it afterwards.
    func writeRelayFile() throws {
        // PostgreSQL's user may have to pass through, and nobody has to list what is in there.
        try FileManager.default.createDirectory(
            atPath: dataDirectory.string, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o711])
        try Data(relayFileText.utf8).write(to: URL(filePath: relayFile))
    }

    private var relayFileText: String {
        """
        # Written by `yizhan demo`. Keys and secrets are examples that everybody knows:
        # a relay.yaml of your own has ${NAMES} in their place, which are read from the environment.
        merchants:
          - name: teahouse
        apps:
          - name: \(Self.app)
            merchant: teahouse
            platform: renrenxiu
            app_key: \(Self.appKey)
            secret: \(Self.appSecret.reveal())
        endpoints:
          - name: teahouse-erp
            merchant: teahouse
            url: http://127.0.0.1:\(merchantPort)/hooks
            secret: \(Self.endpointSecret.reveal())
        routes:
          - {app: \(Self.app), event: goods.issue, goods: "zp_*", endpoint: teahouse-erp}
        allow_private_networks: [127.0.0.0/8]

        """
    }
}
