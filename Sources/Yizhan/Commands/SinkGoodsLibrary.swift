import ArgumentParser
import Foundation
import Logging
import Platforms
import RelayCore

struct SinkGoodsLibrary: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "goods-library",
        abstract: "Play a merchant's own goods library, asked in RenRenXiu's format.",
        discussion: """
            Example:  yizhan sink goods-library --app-key the-merchants-own-key --secret-env OWN_SECRET --fail-rate 0.5

            In relay.yaml:  an endpoint of format: platform with that key and secret, named by goods_library of an app. \
            The address and the calls go to standard error.
            """)

    @Option(
        help: .init("Where the relay calls; port 0 takes a free one. (default: 127.0.0.1:9004)", valueName: "host:port")
    )
    var listen: String?

    @Option(help: "The endpoint's app_key.")
    var appKey: String

    @OptionGroup var secret: SecretOptions

    @Option(
        help: .init(
            "A JSON array of goods: goods_name, goods_code, goods_price and goods_image. (default: three goods)",
            valueName: "file"))
    var file: String?

    @Option(help: .init("The share of calls that are answered 500, such as 0.1.", valueName: "share"))
    var failRate = 0.0

    @Option(
        help: .init("How long an answer takes, such as 50ms.", valueName: "duration"),
        transform: { try Duration(text: $0) })
    var delay: Duration?

    func validate() throws {
        guard 0...1 ~= failRate else { throw ValidationError("--fail-rate is a number from 0 to 1") }
    }

    func run() async throws {
        let address = try ListenAddress(listen ?? "127.0.0.1:9004", setting: "--listen")
        let library = SampleGoodsLibrary(
            appKey: appKey, secret: try secret.required(),
            goods: try file.map { try Self.goods(in: $0) } ?? SampleGoodsLibrary.samples, failRate: failRate)
        let standIn = StandIn(listen: address, delay: delay ?? .zero) { call in
            let now = SystemClock.unixMilliseconds()
            let (answer, line) = library.answer(call, atUnixMilliseconds: now, whim: .random(in: 0..<1))
            Terminal.complain("\(LocalTime(unixMilliseconds: now))  \(line)")
            return answer
        } onReady: { port in
            Terminal.complain("a goods library listens on http://\(address.bound(to: port))")
        }
        try await runUntilSignalled(standIn, logger: Logger(label: "sink", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    private static func goods(in file: String) throws -> [Goods] {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: file))
        } catch {
            throw CommandFailure.unreadableFile(file, error)
        }
        do {
            guard let rows = try JSON(parsing: Array(data)).arrayValue else {
                throw ValidationError("--file: \(file) is not a JSON array")
            }
            return try rows.map { try Goods(row: $0) }
        } catch let error as BrokenAnswerPart {
            throw ValidationError("--file: a row of \(file): \(error.reason)")
        } catch let error as JSONError {
            throw ValidationError("--file: \(file) is \(error)")
        }
    }
}
