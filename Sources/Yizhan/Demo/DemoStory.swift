import Foundation
import Logging
import OutboundHTTP
import Platforms
import RelayCore

/// What the demo shows, step by step. Each step is checked before it is told.
struct DemoStory: Sendable {
    let stage: DemoStage
    let merchant: SampleMerchant
    /// How the person who watches called this program.
    let program: String

    private let issue = GoodsIssueTemplate(
        appKey: DemoStage.appKey, secret: DemoStage.appSecret, goodsCode: DemoStage.goodsCode,
        fields: [
            (name: "nickname", value: "茶客"), (name: "phone", value: "13635603333"),
            (name: "contacts", value: #"[{"id":"3","name":"手机","value":"13635603333"}]"#),
        ])

    init(stage: DemoStage, merchant: SampleMerchant, program: String) {
        self.stage = stage
        self.merchant = merchant
        self.program = program
    }

    func tell() async throws {
        introduce()
        let platform = try PlatformDestination(
            url: try HTTPURL(stage.callbackURL), connections: 1, timeout: .seconds(10))
        let result: Result<Void, any Error>
        do {
            result = .success(try await tellCalls(to: platform))
        } catch {
            result = .failure(error)
        }
        await platform.close()
        try result.get()
        try await tellTrace()
    }

    private func introduce() {
        Terminal.say("1. Everything runs, in \(stage.dataDirectory):")
        for (what, place) in [
            ("PostgreSQL", "of its own, on a Unix socket, with the schema in it"),
            ("relay", "http://127.0.0.1:\(stage.platformPort) for platforms, :\(stage.adminPort)/readyz for operators"),
            ("merchant", "http://127.0.0.1:\(stage.merchantPort)/hooks, a sample of one"),
            ("settings", "\(stage.relayFile)"),
        ] {
            Terminal.say("     \(what.padded(to: 12))\(place)")
        }
        if !stage.takenPorts.isEmpty {
            let ports = stage.takenPorts.map { "\($0)" }.joined(separator: ", ")
            Terminal.say("   Somebody else listens on \(ports), so the demo uses other ports.")
        }
        Terminal.say()
    }

    private func tellCalls(to platform: PlatformDestination) async throws {
        Terminal.say("2. A participant wins a prize, and RenRenXiu asks for it with a signed call:")
        Terminal.say("     POST \(stage.callbackURL)")
        let body = try issue.body(orderNo: stage.orderNo, atUnixMilliseconds: SystemClock.unixMilliseconds())
        for pair in try FormBody(parsing: body).pairs { Terminal.say("     \(pair.name.padded(to: 12))\(pair.value)") }
        Terminal.say()

        let first = try await accepted(body, by: platform)
        let voucher = Voucher(orderNo: stage.orderNo)
        guard try JSON(parsing: first.answer)["data"] == voucher.rows else {
            throw DemoFailure.otherVoucher(expected: voucher.number)
        }
        try requireOneMerchantCall()
        Terminal.say("3. The call is stored, the merchant is called, and RenRenXiu hears the merchant's answer")
        Terminal.say("   within the same call (\(first.took.milliseconds) ms), with the voucher in it:")
        Terminal.say("     \(String(decoding: first.answer, as: UTF8.self))")
        Terminal.say()

        let again = try issue.body(orderNo: stage.orderNo, atUnixMilliseconds: SystemClock.unixMilliseconds())
        let second = try await accepted(again, by: platform)
        guard second.answer == first.answer else { throw DemoFailure.otherAnswer }
        try requireOneMerchantCall()
        Terminal.say("4. The same order again, signed anew: the same answer, byte for byte, from the database")
        Terminal.say("   (\(second.took.milliseconds) ms). The merchant was called once:")
        for received in merchant.calls where received.call.orderNo == stage.orderNo {
            Terminal.say("     \(received.line)")
        }
        Terminal.say()
    }

    private func accepted(_ body: [UInt8], by platform: PlatformDestination) async throws -> SendReport {
        let report = SendReport(orderNo: stage.orderNo, await platform.post(body), field: .renrenxiu)
        guard report.isAccepted else {
            switch report.outcome {
            case .failed(let reason): throw DemoFailure.noAnswer(reason)
            case .answered:
                throw DemoFailure.notAccepted(
                    "\(report.outcome), \(String(decoding: report.answer, as: UTF8.self).printable)")
            }
        }
        return report
    }

    private func requireOneMerchantCall() throws {
        let calls = merchant.calls.count { $0.call.orderNo == stage.orderNo }
        guard calls == 1 else { throw DemoFailure.merchantCalls(calls) }
    }

    private func tellTrace() async throws {
        let trace = try await Database.with(stage.settings, logger: stage.settings.log.logger()) { database in
            try await OrderTrace.read(orderNo: stage.orderNo, app: DemoStage.app, from: database.pool)
        }
        guard trace.entries.contains(where: { $0.what == "delivered" }) else { throw DemoFailure.notDelivered }
        Terminal.say("5. What the relay has on record of the order:")
        for line in trace.lines { Terminal.say("     \(line)") }
        Terminal.say()
    }

    /// Commands that work as they are while the demo runs.
    func suggestCommands() throws {
        let order = "\(stage.orderNo)-curl"
        let body = try issue.body(orderNo: order, atUnixMilliseconds: SystemClock.unixMilliseconds())
        Terminal.say("6. Try it by hand, in another terminal:")
        Terminal.say("   An order of your own, or a hundred (--count 100):")
        Terminal.say(
            "     \(program) send renrenxiu --url \(stage.callbackURL) --app-key \(DemoStage.appKey) "
                + "--secret \(DemoStage.appSecret.reveal())")
        Terminal.say("   With curl; the signature is good for five minutes:")
        Terminal.say("     curl \(stage.callbackURL) --data '\(String(decoding: body, as: UTF8.self))'")
        Terminal.say("   What became of it:")
        Terminal.say("     \(program) trace \(order) --data-dir '\(stage.dataDirectory)'")
        Terminal.say("   Deliver it once more:")
        Terminal.say("     \(program) requeue \(order) --data-dir '\(stage.dataDirectory)'")
        Terminal.say("   How the relay is doing:")
        Terminal.say("     \(program) status --watch --data-dir '\(stage.dataDirectory)'")
        Terminal.say()
        Terminal.say("Ctrl-C ends everything. The merchant's calls from here on:")
    }
}

extension String {
    fileprivate func padded(to columns: Int) -> String {
        self + String(repeating: " ", count: max(0, columns - DisplayWidth.columns(of: self)))
    }
}
