import Foundation
import NIOCore
import NIOPosix
import OutboundHTTP
import RelayCore
import TestSupport

/// One relay on a database of its own, to give more to do than it can.
struct OverloadStage: Sendable {
    let relay: RelayProcess
    let port: Int
    /// Of as many connections as it takes.
    let door: HTTPDestination
    let database: String
    let psql: Psql

    private let resolver: SystemResolver

    /// - Parameters:
    ///   - endpoints: how many the one merchant has; the app's events go to the first.
    ///   - prepare: SQL that is run before the relay starts.
    ///   - port: where it is to listen, for a relay whose log cannot be asked; it may not answer yet.
    static func with<Result>(
        endpoints: Int = 1, maxInFlight: Int = 4, merchantPort: Int = 9, prepare: String = "",
        directory: URL? = nil, port: Int? = nil, environment more: [String: String] = [:],
        _ body: (OverloadStage) async throws -> Result
    ) async throws -> Result {
        try await withRunDatabase { url, psql in
            let directory = if let directory { directory } else { try await scratchDirectory() }
            let environment = [
                "DATABASE_URL": url, "YIZHAN_MASTER_KEY": RunConfiguration.masterKey,
                "YIZHAN_LISTEN": "127.0.0.1:\(port ?? 0)", "YIZHAN_ADMIN_LISTEN": "127.0.0.1:0",
                // All who call are this machine.
                "YIZHAN_MAX_CONNECTIONS_PER_ADDRESS": "0",
            ]
            let file = directory.appending(path: "relay.yaml")
            try yaml(endpoints: endpoints, maxInFlight: maxInFlight, merchantPort: merchantPort)
                .write(to: file, atomically: true, encoding: .utf8)
            try await YizhanBinary.run("migrate", environment: environment)
            try await YizhanBinary.run("apply", file.path, environment: environment)
            if !prepare.isEmpty { try await psql(prepare, on: url) }

            let relay = try RelayProcess(
                named: "relay", environment: environment.merging(more) { $1 }, in: directory)
            let result: Swift.Result<Result, any Error>
            do {
                let port = if let port { port } else { try await relay.port }
                let stage = try OverloadStage(relay, at: port, database: url, psql: psql)
                do {
                    result = .success(try await body(stage))
                } catch {
                    result = .failure(error)
                }
                await stage.door.close()
                stage.resolver.close()
            } catch {
                result = .failure(error)
            }
            try await relay.end()
            return try result.get()
        }
    }

    private init(_ relay: RelayProcess, at port: Int, database: String, psql: Psql) throws {
        self.relay = relay
        self.port = port
        self.database = database
        self.psql = psql
        resolver = SystemResolver(threadCount: 1)
        door = try Self.destination(port: port, resolver)
    }

    private static func destination(port: Int, _ resolver: SystemResolver) throws -> HTTPDestination {
        HTTPDestination(
            origin: try HTTPURL("http://127.0.0.1:\(port)/").origin, maxConnections: 4_000,
            policy: AddressPolicy(allowedNetworks: [try CIDR("127.0.0.0/8")]), resolver: resolver,
            tls: try TLSTrust(), group: MultiThreadedEventLoopGroup.singleton)
    }

    static func freePort() async throws -> Int {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        defer { listener.close(promise: nil) }
        return listener.localAddress?.port ?? 0
    }

    /// What a metric without labels says now.
    func metric(_ name: String) async throws -> Int {
        let operators = try await Self.destination(port: relay.adminPort, resolver)
        // With a hundred endpoints it is some megabytes.
        let call = HTTPCall(method: .get, target: "/metrics", answerLimit: 16.mebibytes)
        let exchange = await operators.call(call, within: .seconds(10))
        await operators.close()
        let lines = String(decoding: try exchange.result.get().body, as: UTF8.self).split(separator: "\n")
        let line = lines.first { $0.hasPrefix("\(name) ") }
        return Int(line?.split(separator: " ").last.flatMap { Double($0) } ?? 0)
    }

    /// What one number in the database is now.
    func count(_ query: String) async throws -> Int {
        Int(try await psql(query, on: database)) ?? 0
    }

    private static func yaml(endpoints: Int, maxInFlight: Int, merchantPort: Int) -> String {
        """
        merchants:
          - name: teahouse
        apps:
          - name: teahouse-rrx
            merchant: teahouse
            platform: renrenxiu
            app_key: \(RunConfiguration.app.key)
            secret: \(RunConfiguration.app.secret)
            reply: {wait: 0s, on_pending: accept}
        endpoints:
        \((1...endpoints).map { endpoint($0, maxInFlight, merchantPort) }.joined(separator: "\n"))
        routes:
          - {app: teahouse-rrx, event: "*", endpoint: erp-1}
        allow_private_networks: [127.0.0.0/8]

        """
    }

    private static func endpoint(_ number: Int, _ maxInFlight: Int, _ port: Int) -> String {
        """
          - name: erp-\(number)
            merchant: teahouse
            url: http://127.0.0.1:\(port)/\(number)
            secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
            timeout: 60s
            max_in_flight: \(maxInFlight)
            breaker: false
        """
    }
}

extension OverloadStage {
    /// Makes storing slow: so many milliseconds for each event.
    static func slowStore(millisecondsPerEvent: Int) -> String {
        """
        CREATE FUNCTION public.be_slow() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_sleep(\(millisecondsPerEvent) / 1000.0);
            RETURN NEW;
        END $$;
        CREATE TRIGGER be_slow BEFORE INSERT ON yizhan.event FOR EACH ROW EXECUTE FUNCTION public.be_slow();
        SELECT yizhan.pause('erp-1', 'what becomes of the events later does not matter here');
        """
    }

    /// Puts deliveries into the outbox, as many to each endpoint, with a body of about that size.
    func addDue(perEndpoint count: Int, bodyBytes: Int) async throws {
        try await psql(
            """
            INSERT INTO yizhan.event (
                id, app_id, order_no, dedupe_key, type, body, fingerprint, reply_endpoint_id)
            SELECT
                gen_random_uuid(), a.id, p.id || '-' || n, '', 'goods.issue',
                convert_to(
                    'app_key=\(RunConfiguration.app.key)&openid=o1&goods_code=zp_001&order_no=' || p.id || '-' || n
                    || '&nickname=' || repeat('x', \(bodyBytes)), 'UTF8'),
                '', p.id
            FROM yizhan.app AS a, yizhan.endpoint AS p, generate_series(1, \(count)) AS n
            WHERE p.name LIKE 'erp-%';
            INSERT INTO yizhan.outbox (event_id, endpoint_id, app_id, seq)
            SELECT id, reply_endpoint_id, app_id, seq FROM yizhan.event;
            """, on: database)
    }
}

extension Int {
    var mebibytes: Int { self << 20 }
}
