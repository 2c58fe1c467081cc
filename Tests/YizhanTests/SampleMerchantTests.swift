import NIOPosix
import OutboundHTTP
import Platforms
import RelayCore
import StandardWebhooks
import Testing

@testable import Yizhan

struct SampleMerchantTests {
    private static let secret = Secret("whsec_eWl6aGFuIGRlbW8gbWVyY2hhbnQga2V5")
    private static let body = Array(#"{"type":"goods.issue","data":{"order_no":"19"}}"#.utf8)

    @Test func theSameEventGetsTheSameVoucherAndIsKnownAgain() async throws {
        try await withMerchant(.standard(StandardWebhooksSecret(parsing: Self.secret))) { merchant, port in
            let first = try await post(try Self.standardCall(id: "evt_1"), to: port)
            let second = try await post(try Self.standardCall(id: "evt_1"), to: port)
            #expect(first.status == 200)
            #expect(try JSON(parsing: first.body)["data"] == Voucher(orderNo: "19").rows)
            #expect(first.body == second.body)
            #expect(merchant.calls.map(\.timesSeen) == [1, 2])
            #expect(merchant.calls.map(\.call.orderNo) == ["19", "19"])
        }
    }

    @Test func aWrongSignatureIsAnswered401() async throws {
        try await withMerchant(.standard(StandardWebhooksSecret(parsing: Self.secret))) { merchant, port in
            var call = try Self.standardCall(id: "evt_1")
            call.body += [UInt8(ascii: " ")]
            #expect(try await post(call, to: port).status == 401)
            #expect(merchant.calls.map(\.isFromRelay) == [false])
        }
    }

    @Test func aCallInThePlatformsOwnFormatIsVerifiedByItsSign() async throws {
        let secret = Secret("of the endpoint")
        try await withMerchant(.renrenxiu(appKey: "key", secret: secret)) { merchant, port in
            let right = try RenRenXiuSignature.signedForm(
                [(name: "app_key", value: "key"), (name: "order_no", value: "19")], secret: secret)
            let wrong = try RenRenXiuSignature.signedForm(
                [(name: "app_key", value: "key"), (name: "order_no", value: "19")], secret: Secret("another"))
            #expect(try await post(Self.form(right), to: port).status == 200)
            #expect(try await post(Self.form(wrong), to: port).status == 401)
            #expect(merchant.calls.map(\.call.idempotencyKey) == ["19", "19"])
        }
    }

    @Test func aPushInMeituanAlliancesOwnFormatIsVerifiedAndKnownByItsStatus() async throws {
        let secret = Secret("of the endpoint")
        try await withMerchant(.meituanAlliance(secret: secret)) { merchant, port in
            for (status, signer) in [("1", secret), ("8", secret), ("8", Secret("another"))] {
                let form = try AllianceSignature.signedForm(
                    [(name: "orderid", value: "19"), (name: "status", value: status)], secret: signer)
                #expect(try await post(Self.form(form), to: port).status == (signer == secret ? 200 : 401))
            }
            #expect(merchant.calls.map(\.call.idempotencyKey) == ["19/1", "19/8", "19/8"])
        }
    }

    @Test func aPushInYouzansOwnFormatIsVerifiedByItsMessage() async throws {
        let secret = Secret("of the endpoint")
        try await withMerchant(.youzan(clientID: "client", secret: secret)) { merchant, port in
            for (signer, status) in [(secret, 200), (Secret("another"), 401)] {
                let template = YouzanPushTemplate(
                    clientID: "client", clientSecret: signer, shop: "1", fields: [], isTest: false)
                let call = HTTPCall(
                    method: .post, target: "/", headers: [("Content-Type", "application/json")],
                    body: template.push(orderNo: "E1", type: "trade_TradePaid", sendCount: 1))
                let answer = try await post(call, to: port)
                #expect(answer.status == status)
            }
            #expect(merchant.calls.map(\.call.idempotencyKey) == ["E1-trade_TradePaid", "E1-trade_TradePaid"])
        }
    }

    @Test func theCallsThatItKeepsAreTheLatest() async throws {
        try await withMerchant(.unchecked, callsKept: 2) { merchant, port in
            for number in 1...5 { _ = try await post(Self.form(Array("order_no=\(number)".utf8)), to: port) }
            #expect(merchant.calls.map(\.call.orderNo) == ["4", "5"])
        }
    }

    @Test func aCallThatCannotBeLoggedIsNotAcknowledged() async throws {
        struct DiskFull: Error {}
        try await withMerchant(.unchecked, observe: { _ in throw DiskFull() }) { _, port in
            let answer = try await post(Self.form(Array("order_no=1".utf8)), to: port)
            #expect(answer.status == 500)
        }
    }

    private static func standardCall(id: String) throws -> HTTPCall {
        let now = SystemClock.unixMilliseconds() / 1_000
        let signature = StandardWebhooksSignature.text(
            id: id, unixSeconds: now, body: body, secret: try StandardWebhooksSecret(parsing: secret))
        return HTTPCall(
            method: .post, target: "/hooks",
            headers: [
                ("Content-Type", "application/json"), ("webhook-id", id), ("webhook-timestamp", "\(now)"),
                ("webhook-signature", signature),
            ], body: body)
    }

    private static func form(_ body: [UInt8]) -> HTTPCall {
        HTTPCall(method: .post, target: "/hooks", headers: [("Content-Type", FormBody.contentType)], body: body)
    }

    private func post(_ call: HTTPCall, to port: Int) async throws -> HTTPAnswer {
        let destination = HTTPDestination(
            origin: try HTTPURL("http://127.0.0.1:\(port)").origin, maxConnections: 1,
            policy: AddressPolicy(allowedNetworks: [try CIDR("127.0.0.0/8")]), resolver: SystemResolver(threadCount: 1),
            tls: try TLSTrust(), group: MultiThreadedEventLoopGroup.singleton)
        let exchange = await destination.call(call, connectTimeout: .seconds(10), timeout: .seconds(10))
        await destination.close()
        return try exchange.result.get()
    }
}

/// Runs a merchant on a free port for as long as `body` runs.
func withMerchant(
    _ signature: MerchantSignature, conduct: MerchantConduct = MerchantConduct(), callsKept: Int = 1_000,
    observe: @escaping @Sendable (ReceivedCall) throws -> Void = { _ in },
    _ body: (_ merchant: SampleMerchant, _ port: Int) async throws -> Void
) async throws {
    let ports = AsyncStream.makeStream(of: Int.self)
    let merchant = SampleMerchant(
        listen: ListenAddress(host: "127.0.0.1", port: 0), signature: signature, conduct: conduct,
        callsKept: callsKept, observe: observe, onReady: { ports.continuation.yield($0) })
    try await withThrowingTaskGroup { group in
        group.addTask {
            defer { ports.continuation.finish() }
            try await merchant.run()
        }
        for await port in ports.stream {
            defer { group.cancelAll() }
            return try await body(merchant, port)
        }
        // It ended before it was bound: the error says why.
        try await group.next()
        Issue.record("the merchant ended before it began")
    }
}
