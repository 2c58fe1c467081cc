import ArgumentParser
import Foundation
import Logging
import NIOPosix
import OutboundHTTP
import Outbox
import RelayCore

struct MeituanAuthorize: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authorize",
        abstract: "Get the link by which a merchant lets you verify the vouchers of a shop.",
        discussion: """
            Example:  yizhan meituan authorize --shop 66101806 --merchant teahouse

            Asks the gateway of meituan_voucher in relay.yaml, which has to be applied, and prints the link. The merchant \
            opens it; until then it is a secret, so it is kept encrypted, and it is in no log. Who asked for which shop \
            is in ops_log. --kept prints the link that was asked for last, --used forgets it.
            """)

    @Option(
        help: .init("The shop's id at Meituan.", valueName: "id"),
        transform: { text in
            guard let shop = ShopID(text) else { throw ValidationError("it is not 1 to 64 letters, digits, - and _") }
            return shop
        })
    var shop: ShopID

    @Option(help: "Whose shop it is, for the records.")
    var merchant: String?

    @Flag(help: "Print the link that is kept, and ask for none.")
    var kept = false

    @Flag(help: "Forget the link that is kept: it was used.")
    var used = false

    @Flag(help: "As JSON, with who asked for it and when.")
    var json = false

    @OptionGroup var database: Settings.DatabaseFlags
    @OptionGroup var outbound: Settings.OutboundFlags
    @OptionGroup var log: Settings.LogFlags

    func validate() throws {
        if kept, used { throw ValidationError("--kept and --used exclude each other") }
        if merchant != nil, kept || used {
            throw ValidationError("--merchant is for asking; with --kept and --used it has no meaning")
        }
    }

    func run() async throws {
        var settings = try Settings(database, outbound: outbound, log: log)
        // The command itself says what became of it.
        settings.log.level = max(settings.log.level, .error)
        let logger = settings.log.logger()
        try await Database.with(settings, logger: logger) { database in
            let box = try database.secretBox()
            let directory = try await ConfigurationStore(pool: database.pool, box: box).loadDirectory()
            let resolver = SystemResolver(threadCount: 1)
            let authorizations = VoucherAuthorizations(
                store: ShopAuthorizationStore(pool: database.pool, box: box), directory: { directory },
                outside: Outside(
                    group: MultiThreadedEventLoopGroup.singleton, resolver: resolver, trust: try TLSTrust(),
                    proxy: settings.outboundProxy),
                logger: logger)
            defer { resolver.close() }
            try await act(authorizations)
        }
    }

    private func act(_ authorizations: VoucherAuthorizations) async throws {
        if used {
            guard try await authorizations.forget(shop, by: NSUserName()) else { throw nothingKept() }
            Terminal.complain("the link of shop \(shop) is forgotten")
        } else if kept {
            guard let authorization = try await authorizations.kept(shop) else { throw nothingKept() }
            show(authorization)
        } else {
            show(try await authorizations.request(shop, merchant: merchant, by: NSUserName()))
        }
    }

    private func show(_ authorization: ShopAuthorization) {
        Terminal.say(
            json ? String(decoding: authorization.revealed.serialized(), as: UTF8.self) : authorization.link.reveal())
    }

    private func nothingKept() -> ExitCode {
        Terminal.complain("no link is kept for shop \(shop)")
        return .failure
    }
}
