import ArgumentParser
import Foundation
import Platforms
import RelayCore

struct SendMeituanAlliance: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "meituan-alliance",
        abstract: "Play Meituan Alliance: push orders, or announce a callback key, and sum up the answers.",
        discussion: """
            Example:  yizhan send meituan-alliance --url http://127.0.0.1:8080/in/teahouse-alliance/callback \
            --secret-env MT_CALLBACK_KEY --count 100 --status 1,8 --drop-rate 0.05 --orders orders.jsonl

            The address is the app's callback address, the secret the callback key. Calls of an order with several statuses \
            are made in turn. With --announce-key it is the API secret, and one callback-key notification \
            is sent. Orders that are dropped are in the file all the same, for yizhan sink meituan-alliance to list. The \
            exit code is 1 unless every call was answered with errcode "0".
            """)

    @OptionGroup var secret: SecretOptions

    @Option(
        help: .init("The statuses that each order goes through. (default: 1)", valueName: "statuses"),
        transform: { $0.split(separator: ",").map(String.init) })
    var status: [String] = []

    @Option(help: "The kind of the orders: 0 group-buy, 2 hotel, 4 food delivery, 5 phone credit, 6 flash shopping.")
    var type = 4

    @Option(help: .init("The share of events that are not pushed, such as 0.05.", valueName: "share"))
    var dropRate = 0.0

    @Option(help: .init("Drops the same events as another run with it. (default: by chance)", valueName: "number"))
    var dropSeed: UInt64?

    @Option(help: .init("A file to add every order to, pushed or dropped, a line of JSON each.", valueName: "file"))
    var orders: String?

    @Flag(help: "Push JSON objects and not forms.")
    var jsonBody = false

    @Flag(help: "Announce a callback key, and push no orders.")
    var announceKey = false

    @Option(help: "The app's key, for --announce-key.")
    var appKey: String?

    @Option(help: .init("The environment variable that holds the new key, for --announce-key.", valueName: "name"))
    var newKeyEnv: String?

    @OptionGroup var options: SendOptions

    func validate() throws {
        guard 0...1 ~= dropRate else { throw ValidationError("--drop-rate is a number from 0 to 1") }
        if announceKey, appKey == nil || newKeyEnv == nil {
            throw ValidationError("--announce-key needs --app-key and --new-key-env")
        }
    }

    func run() async throws {
        let secret = try secret.required()
        if let appKey, announceKey {
            try await announce(try newKey(), appKey: appKey, signedWith: secret)
        } else {
            try await push(signedWith: secret)
        }
    }

    private func push(signedWith key: Secret) async throws {
        let template = AllianceOrderTemplate(type: type, fields: options.fields)
        let statuses = status.isEmpty ? ["1"] : status
        let plan = options.plan(steps: statuses.count)
        let drops = DropPlan(share: dropRate, seed: dropSeed ?? .random(in: .min ... .max))
        let file = try orders.map { try OrderFile(path: $0) }
        let times = FirstTimes()
        let (repeats, jsonBody) = (options.repeats, jsonBody)
        try await options.run(plan) { destination in
            { orderNo, number in
                let parameters = template.parameters(
                    orderNo: orderNo, status: statuses[plan.step(ofCall: number)],
                    atUnixSeconds: times.time(ofEvent: number / repeats, now: SystemClock.unixMilliseconds() / 1_000))
                // First: the platform knows an order before it pushes it.
                if number % repeats == 0 { try file?.append(AllianceOrderTemplate.object(parameters)) }
                guard !drops.drops(number / repeats) else { return nil }
                let exchange =
                    jsonBody
                    ? await destination.post(
                        try AllianceOrderTemplate.json(parameters, signedWith: key), contentType: "application/json")
                    : await destination.post(try AllianceOrderTemplate.form(parameters, signedWith: key))
                return SendReport(orderNo: orderNo, exchange, field: .meituanAlliance)
            }
        }
        try file?.close()
    }

    private func announce(_ key: Secret, appKey: String, signedWith secret: Secret) async throws {
        let parameters: [FormBody.Pair] = [
            (name: "key", value: appKey), (name: "callbackKey", value: key.reveal()),
            (name: "ts", value: String(SystemClock.unixMilliseconds() / 1_000)),
        ].map { pair in options.fields.first { $0.name == pair.0 } ?? pair }
        let plan = SendPlan(orders: .named("callback_key"), count: 1, repeats: options.repeats, rate: options.rate)
        try await options.run(plan) { destination in
            { name, _ in
                let exchange = await destination.post(try AllianceOrderTemplate.form(parameters, signedWith: secret))
                return SendReport(orderNo: name, exchange, field: .meituanAlliance)
            }
        }
    }

    private func newKey() throws -> Secret {
        let name = newKeyEnv ?? ""
        guard let text = ProcessInfo.processInfo.environment[name], !text.isEmpty else {
            throw ValidationError("the environment variable \(name) (--new-key-env) is not set")
        }
        return Secret(text)
    }
}
