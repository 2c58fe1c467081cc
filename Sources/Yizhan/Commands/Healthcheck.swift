import ArgumentParser
import NIOPosix
import OutboundHTTP
import RelayCore

struct Healthcheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask the relay of this machine whether it is ready.",
        discussion: """
            Example:  yizhan healthcheck

            Asks /readyz where YIZHAN_ADMIN_LISTEN says, prints the answer, and exits with 0 if the relay is ready and \
            with 1 if it is not, or does not answer within 3 s. For the health check of a container.
            """)

    private static let timeout = Duration.seconds(3)

    @OptionGroup var admin: Settings.AdminFlags

    func run() async throws {
        let url = try HTTPURL("http://\(Settings.adminListen(admin).reachable)/readyz")
        let resolver = SystemResolver(threadCount: 1)
        defer { resolver.close() }
        let outside = Outside(group: MultiThreadedEventLoopGroup.singleton, resolver: resolver, trust: try TLSTrust())
        let anywhere = AddressPolicy(allowedNetworks: [try CIDR("0.0.0.0/0"), try CIDR("::/0")])
        let exchange = await HTTPDestination.with(url.origin, policy: anywhere, outside: outside) {
            await $0.call(HTTPCall(method: .get, target: url.target), within: Self.timeout)
        }
        let answer = try exchange.result.get()
        print(String(decoding: answer.body, as: UTF8.self), terminator: "")
        if answer.status != 200 { throw ExitCode.failure }
    }
}
