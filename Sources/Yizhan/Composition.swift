import Courier
import Logging
import NIOCore
import NIOPosix
import OutboundHTTP
import Outbox
import Platforms
import PostgreSQL
import Reconciliation
import RelayCore
import Server
import ServiceLifecycle
import Synchronization

/// The plan of the house, from top to bottom.
struct Relay: Service {
    let settings: Settings
    var configurationFile: String?
    let logger: Logger
    /// What `/metrics` says.
    var metrics: @Sendable () -> String = { "" }
    /// Called once platforms are answered, with the ports that are bound.
    var onReady: @Sendable (BoundPorts) async -> Void = { _ in }

    func run() async throws {
        let certificate = try serverCertificate()
        // The database stops after everything else: until then the last outcomes are written.
        try await Database.with(settings, joining: false, logger: logger) { try await serve($0, certificate) }
    }

    private func serve(_ database: Database, _ certificate: ServerCertificate?) async throws {
        try await prepareSchema(database)
        let store = ConfigurationStore(pool: database.pool, box: try database.secretBox())
        if let configurationFile {
            let changes = try await ConfigurationFile(path: configurationFile).apply(to: store)
            logger.notice("configuration applied", metadata: ["changes": "\(changes.count)"])
        }
        let relay = try await database.waitForAnswer(
            to: "SELECT nextval('yizhan.relay_number')::integer", logger: logger)[0].int32(0)
        let clock: @Sendable () -> Int64 = { SystemClock.unixMilliseconds() }
        let group = MultiThreadedEventLoopGroup.singleton

        let configuration = ConfigurationWatch(store: store, logger: logger)
        try await configuration.start()

        let work = Signal()
        let outcomes = OutcomeBoard(pool: database.pool, logger: logger)
        let settlements = SettlementMetrics(directory: { configuration.current }, unixMilliseconds: clock)
        let ledger = GroupLedger(
            pool: database.pool, relay: relay, outcomes: outcomes, metrics: settlements, logger: logger)
        let breakers = StoredBreakers(pool: database.pool, relay: relay, logger: logger)
        let outside = Outside(
            group: group, resolver: SystemResolver(), trust: try TLSTrust(), proxy: settings.outboundProxy)
        if let proxy = settings.outboundProxy {
            logger.notice("calls go out by a proxy", metadata: ["proxy": "\(proxy)"])
        }
        let courier = Courier(
            platforms: PlatformList.all + [OwnAlerts()], ledger: ledger, breakers: breakers,
            accessTokens: StoredAccessTokens(
                pool: database.pool, box: try database.secretBox(), relay: relay, logger: logger),
            outside: outside, wake: work,
            shutdownGrace: settings.shutdownGrace, unixMilliseconds: clock, logger: logger)
        courier.configure(configuration.current)
        configuration.onChange { courier.configure($0) }
        let claimer = Claimer(pool: database.pool, relay: relay, lanes: courier, wake: work, logger: logger)
        let wakeups = Wakeups(
            database: database.configuration, logger: logger, work: { claimer.outboxChanged() },
            configuration: { configuration.changed() })
        let inbox = GroupInbox(pool: database.pool, relay: relay, lanes: courier, logger: logger)
        let rejections = RejectionLog(pool: database.pool, logger: logger)
        let backlog = BacklogSampler(pool: database.pool, logger: logger)
        let gauges = RelayGauges(pool: database.pool, inbox: inbox, courier: courier)

        let chores = Chores(
            pool: database.pool,
            chores: [
                ExpireHeld(relay: relay), RemoveOld(retention: { configuration.current.retention }), CompactTally(),
                RaiseAlerts(
                    directory: { configuration.current }, inbox: inbox, ids: EventIDSource(clock: clock)),
            ],
            logger: logger)

        let ports = PortBoard(onReady: onReady)
        let intake = Intake(
            inbox: inbox, lanes: courier, outcomes: outcomes, ids: EventIDSource(clock: clock), logger: logger)
        let reconciler = Reconciler(
            client: OrderListClient(outside: outside, unixMilliseconds: clock),
            polls: StoredOrderPolls(pool: database.pool, relay: relay, logger: logger),
            ledger: StoredCallLedger(pool: database.pool, logger: logger), directory: { configuration.current },
            store: { arrival, app throws(InboxError) in
                try await intake.store(arrival, of: app, in: configuration.current)
            }, logger: logger)
        let prepareMetrics: @Sendable (Directory) -> Void = { directory in
            settlements.prepare(for: directory)
            intake.prepare(for: directory)
        }
        prepareMetrics(configuration.current)
        configuration.onChange(prepareMetrics)
        let platformServer = PlatformServer(
            host: settings.listen.host, port: settings.listen.port, platforms: PlatformList.all, intake: intake,
            goodsLibrary: MerchantGoodsLibrary(outside: outside, unixMilliseconds: clock, logger: logger),
            callbackKeys: StoredCallbackKeys(store: store, watch: configuration, logger: logger),
            rejections: rejections, directory: { configuration.current }, unixMilliseconds: clock,
            certificate: certificate, proxies: TrustedProxies(settings.door.trustedProxies),
            limits: settings.door.limits, group: group, logger: logger
        ) { port in
            logger.notice("platforms call here", metadata: ["listen": "\(settings.listen.bound(to: port))"])
            ProcessMemory.giveBackUnused()
            await ports.bound(platforms: port ?? settings.listen.port)
        }
        let adminServer = AdminServer(
            address: settings.adminListen.bindAddress,
            checks: [
                HealthCheck("database") { await database.problem() },
                HealthCheck("inbox") { inbox.isAvailable ? nil : "events cannot be stored now" },
            ],
            metrics: { [metrics] in
                gauges.update(connections: platformServer.openConnections)
                return metrics()
            },
            authorizations: VoucherAuthorizations(
                store: ShopAuthorizationStore(pool: database.pool, box: try database.secretBox()),
                directory: { configuration.current }, outside: outside, logger: logger),
            group: group, logger: logger
        ) { port in
            logger.notice("health is here", metadata: ["listen": "\(settings.adminListen.bound(to: port))"])
            await ports.bound(admin: port ?? settings.adminListen.port)
        }

        logger.notice("relay \(relay) started", metadata: ["apps": "\(configuration.current.apps.count)"])
        // They stop one after the other, from the last to the first: no new calls, then no new claims, then what is
        // accepted is stored, what is in flight ends, and what came of it is written.
        try await ServiceGroup(
            configuration: .init(
                services: [
                    Listening(server: adminServer, address: settings.adminListen, setting: "YIZHAN_ADMIN_LISTEN"),
                    configuration, wakeups, outcomes, ledger, breakers, courier, inbox, claimer, reconciler, rejections,
                    backlog, chores,
                ] + (certificate.map { [$0] } ?? []) + [
                    Listening(server: platformServer, address: settings.listen, setting: "YIZHAN_LISTEN")
                ],
                logger: Logger(label: "lifecycle", factory: { _ in SwiftLogNoOpLogHandler() })
            )
        ).run()
        logger.notice("relay \(relay) stopped")
    }

    private func serverCertificate() throws -> ServerCertificate? {
        guard let files = settings.door.tls else { return nil }
        do throws(UnusableCertificate) {
            return try ServerCertificate(certificate: files.certificate, key: files.key, logger: logger)
        } catch {
            throw CommandFailure.cannotUseCertificate(error)
        }
    }

    /// The embedded database belongs to this relay alone; another one is migrated by its operator.
    private func prepareSchema(_ database: Database) async throws {
        let migrator = Migrator(pool: database.pool, logger: logger)
        _ = try await database.waitForAnswer(to: "SELECT 1", logger: logger)
        if database.isEmbedded { try await migrator.migrate() }
        switch try await migrator.state() {
        case .current: return
        case .behind(let names): throw CommandFailure.schemaIsBehind(names)
        case .ahead(let names): throw CommandFailure.schemaIsAhead(names)
        }
    }
}
