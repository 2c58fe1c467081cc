import ArgumentParser
import Configuration
import Logging
import OutboundHTTP
import PostgreSQL
import RelayCore

/// Every setting, with its type and default. A flag beats an environment variable beats the default.
struct Settings: Sendable {
    /// Nil: PostgreSQL is embedded.
    var databaseURL: Secret?
    /// Platforms call here.
    var listen: ListenAddress
    /// Health and metrics; never on the platforms' port.
    var adminListen: ListenAddress
    /// How platforms are let in.
    var door = DoorSettings()
    /// Base64 of 32 bytes; several, separated by commas, while one is being replaced. Nil: the key file of the data
    /// directory, which only the embedded PostgreSQL has.
    var masterKey: Secret?
    /// Of the embedded PostgreSQL, its log and the key. Nil: `.yizhan`, or where PostgreSQL's user can reach.
    var dataDirectory: String?
    var log: LogSettings
    /// Connects for all calls of the relay. Nil: they go out straight.
    var outboundProxy: OutboundProxy?
    /// How long calls in flight may go on once the relay is told to stop.
    var shutdownGrace: Duration = .seconds(10)
}

struct LogSettings: Sendable {
    enum Format: String, CaseIterable, ExpressibleByArgument, Sendable {
        case text
        case json
    }

    var level: Logger.Level
    var format: Format
}

extension Settings {
    /// What a command line says of the settings. `ArgumentParser` shows this as the commands' help.
    struct Flags: ParsableArguments {
        @OptionGroup var database: DatabaseFlags
        @OptionGroup var log: LogFlags

        @Option(
            help: .init(
                "Where platforms call. [YIZHAN_LISTEN] (default: \(Settings.defaultListen))", valueName: "host:port"))
        var listen: String?

        @OptionGroup var door: DoorFlags
        @OptionGroup var admin: AdminFlags
        @OptionGroup var outbound: OutboundFlags
    }

    /// For commands that call others.
    struct OutboundFlags: ParsableArguments {
        @Option(
            help: .init(
                """
                A proxy that connects (CONNECT) for all calls that go out. A user and a password of its own \
                (http://user:password@host:port) are set by variable only. [YIZHAN_OUTBOUND_PROXY] (default: none)
                """, valueName: "http://host:port"))
        var outboundProxy: String?
    }

    /// For commands that only ask a running relay.
    struct AdminFlags: ParsableArguments {
        @Option(
            help: .init(
                """
                Where operators find health and metrics; never on the platforms' port. [YIZHAN_ADMIN_LISTEN] \
                (default: \(Settings.defaultAdminListen))
                """, valueName: "host:port"))
        var adminListen: String?
    }

    /// For commands that need the database only.
    struct DatabaseFlags: ParsableArguments {
        @Option(
            help: .init(
                """
                libpq URL or key/value string, without a password: that goes into the variable, or into PGPASSWORD or a \
                PGPASSFILE. [DATABASE_URL] (default: a PostgreSQL of its own)
                """, valueName: "conninfo"))
        var databaseURL: String?

        func validate() throws {
            guard let databaseURL, PostgresConfiguration.hasPassword(databaseURL) else { return }
            throw ValidationError(
                """
                --database-url has a password in it, which everybody on this machine can read in the process list: set \
                the variable DATABASE_URL to it instead, or PGPASSWORD to the password alone
                """)
        }

        @Option(
            help: .init(
                """
                Of the embedded PostgreSQL, its log and the master key. [YIZHAN_DATA_DIR] \
                (default: .yizhan). The key that encrypts secrets is set by variable only. [YIZHAN_MASTER_KEY] \
                (default with the embedded PostgreSQL: made)
                """, valueName: "directory"))
        var dataDir: String?
    }

    struct LogFlags: ParsableArguments {
        @Option(
            help: .init(
                "trace, debug, info, notice, warning, error or critical. [YIZHAN_LOG_LEVEL] (default: info)",
                valueName: "level"))
        var logLevel: String?

        @Option(help: .init("text or json. [YIZHAN_LOG_FORMAT] (default: text)", valueName: "format"))
        var logFormat: String?
    }

    fileprivate static let defaultListen = "127.0.0.1:8080"
    fileprivate static let defaultAdminListen = "127.0.0.1:9090"

    /// Throws `ValidationError` naming the setting that is wrong.
    init(_ flags: Flags, environment: some ConfigProvider = EnvironmentVariablesProvider()) throws {
        self = try Settings(
            database: flags.database, log: flags.log, listen: flags.listen, door: flags.door,
            adminListen: flags.admin.adminListen, outboundProxy: flags.outbound.outboundProxy, environment: environment)
    }

    init(
        _ database: DatabaseFlags, outbound: OutboundFlags? = nil, log: LogFlags,
        environment: some ConfigProvider = EnvironmentVariablesProvider()
    ) throws {
        self = try Settings(
            database: database, log: log, listen: nil, door: nil, adminListen: nil,
            outboundProxy: outbound?.outboundProxy, environment: environment)
    }

    static func adminListen(
        _ flags: AdminFlags, environment: some ConfigProvider = EnvironmentVariablesProvider()
    ) throws -> ListenAddress {
        let variable = ConfigReader(provider: environment).string(forKey: "yizhan.admin.listen")
        return try adminListen(flags.adminListen ?? variable.flatMap { $0.isEmpty ? nil : $0 })
    }

    private static func outboundProxy(_ text: String?, flag: String?) throws -> OutboundProxy? {
        guard let text else { return nil }
        let setting = "YIZHAN_OUTBOUND_PROXY (--outbound-proxy)"
        do {
            let proxy = try OutboundProxy(text)
            guard !proxy.hasCredentials || flag == nil else {
                throw ValidationError(
                    "\(setting): a user and a password are set by variable only: everybody here can read a command line"
                )
            }
            return proxy
        } catch let error as OutboundProxyError {
            throw ValidationError("\(setting): \(error)")
        }
    }

    private static func adminListen(_ text: String?) throws -> ListenAddress {
        try ListenAddress(text ?? defaultAdminListen, setting: "YIZHAN_ADMIN_LISTEN (--admin-listen)")
    }

    private init(
        database: DatabaseFlags, log: LogFlags, listen: String?, door: DoorFlags?, adminListen: String?,
        outboundProxy: String?,
        environment: some ConfigProvider
    ) throws {
        let flags: [(AbsoluteConfigKey, String?)] = [
            ("database.url", database.databaseURL), ("yizhan.data.dir", database.dataDir),
            ("yizhan.listen", listen), ("yizhan.admin.listen", adminListen),
            ("yizhan.outbound.proxy", outboundProxy), ("yizhan.log.level", log.logLevel),
            ("yizhan.log.format", log.logFormat),
            ("yizhan.tls.certificate", door?.tlsCertificate), ("yizhan.tls.key", door?.tlsKey),
            ("yizhan.trusted.proxies", door?.trustedProxies),
            ("yizhan.max.connections.per.address", door?.maxConnectionsPerAddress),
        ]
        let given = flags.reduce(into: [AbsoluteConfigKey: ConfigValue]()) { values, flag in
            if let text = flag.1 { values[flag.0] = ConfigValue(.string(text), isSecret: false) }
        }
        let reader = ConfigReader(providers: [InMemoryProvider(values: given), environment])
        func text(_ key: ConfigKey, isSecret: Bool = false) -> String? {
            reader.string(forKey: key, isSecret: isSecret).flatMap { $0.isEmpty ? nil : $0 }
        }

        databaseURL = text("database.url", isSecret: true).map { Secret($0) }
        masterKey = text("yizhan.master.key", isSecret: true).map { Secret($0) }
        dataDirectory = text("yizhan.data.dir")
        self.listen = try ListenAddress(
            text("yizhan.listen") ?? Self.defaultListen, setting: "YIZHAN_LISTEN (--listen)")
        self.adminListen = try Self.adminListen(text("yizhan.admin.listen"))
        self.door = try DoorSettings(
            certificate: text("yizhan.tls.certificate"), key: text("yizhan.tls.key"),
            trustedProxies: text("yizhan.trusted.proxies"),
            connectionsPerAddress: text("yizhan.max.connections.per.address"))
        self.outboundProxy = try Self.outboundProxy(text("yizhan.outbound.proxy", isSecret: true), flag: outboundProxy)
        let levelText = text("yizhan.log.level") ?? Logger.Level.info.rawValue
        guard let level = Logger.Level(rawValue: levelText) else {
            throw ValidationError(
                "YIZHAN_LOG_LEVEL (--log-level): \"\(levelText)\" is none of "
                    + Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))
        }
        let formatText = text("yizhan.log.format") ?? LogSettings.Format.text.rawValue
        guard let format = LogSettings.Format(rawValue: formatText) else {
            throw ValidationError("YIZHAN_LOG_FORMAT (--log-format): \"\(formatText)\" is neither text nor json")
        }
        self.log = LogSettings(level: level, format: format)
    }
}
