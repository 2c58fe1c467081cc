import OutboundHTTP
import RelayCore
import Synchronization
import TestSupport
import Testing

@testable import Platforms

@Suite(.timeLimit(.minutes(1))) struct VoucherClientTests {
    private static let link = "https://meituan.com/auth?token=4f1c"
    private static let success = LoopbackPeer.Answer.text(
        #"{"code":200,"message":"success","data":{"authUrl":"\#(link)"}}"#)

    /// Pauses take no time, and are told.
    private final class Patience: Sendable {
        private let start = ContinuousClock.now
        private let taken = Mutex<[Duration]>([])

        var pauses: [Duration] { taken.withLock { $0 } }
        func pause(_ duration: Duration) { taken.withLock { $0.append(duration) } }
        /// Real time does not count.
        func now() -> ContinuousClock.Instant { start + pauses.reduce(.zero, +) }
    }

    private func ask(
        _ patience: Patience = Patience(), at base: String, networks: [String] = ["127.0.0.0/8"]
    ) async throws -> Secret {
        let client = try VoucherClient(
            baseURL: base, policy: AddressPolicy(allowedNetworks: try networks.map { try CIDR($0) }),
            outside: try .loopback(), now: { patience.now() }, pause: { patience.pause($0) })
        return try await client.link(for: try #require(ShopID("66101806")))
    }

    @Test(arguments: ["", "/", "/gateway", "/gateway/"])
    func itAsksAsTheContractSaysBehindTheBaseAddress(base: String) async throws {
        try await LoopbackPeer.with { _, _ in
            Self.success
        } _: { peer, port in
            let link = try await ask(at: "http://127.0.0.1:\(port)\(base)")
            #expect(link.reveal() == Self.link)
            let call = try #require(peer.calls.first)
            #expect(call.method == "POST" && call.contentType == "application/json")
            #expect(call.target == (base.hasPrefix("/g") ? "/gateway" : "") + "/api/groupBuy/getScopeUrl")
            #expect(String(decoding: call.body, as: UTF8.self) == #"{"platform":1,"shopId":"66101806"}"#)
        }
    }

    @Test(arguments: [
        (#"{"code":40001,"message":"缺参数"}"#, 200, VoucherError.parameterMissing),
        (#"{"code":40002,"message":"x"}"#, 200, .unknownShop), (#"{"code":40003}"#, 200, .notPermitted),
        (#"{"code":40003}"#, 403, .notPermitted), (#"{"code":777}"#, 200, .unknownCode(777)),
        (#"{"code":"200"}"#, 200, .noCode), ("{}", 200, .noCode), ("[]", 200, .noCode),
        ("<html></html>", 200, .notJSON(JSONError(.unexpectedByte, at: 0))), ("<html></html>", 502, .status(502)),
        ("{}", 404, .status(404)), (#"{"code":777}"#, 500, .status(500)),
        (#"{"code":200,"data":{"authUrl":"https://a.b/c"}}"#, 302, .status(302)),
        (#"{"code":200}"#, 200, .noLink), (#"{"code":200,"data":{}}"#, 200, .noLink),
        (#"{"code":200,"data":{"authUrl":""}}"#, 200, .noLink),
        (#"{"code":200,"data":{"authUrl":7}}"#, 200, .noLink),
        (#"{"code":200,"data":{"authUrl":"http://meituan.com/auth"}}"#, 200, .linkNotHTTPS),
        (#"{"code":200,"data":{"authUrl":"https://"}}"#, 200, .linkNotHTTPS),
        (#"{"code":200,"data":{"authUrl":"javascript:alert(1)"}}"#, 200, .linkNotHTTPS),
        (#"{"code":200,"data":{"authUrl":"https://a.b/\u001b[2J"}}"#, 200, .linkNotHTTPS),
    ])
    func anotherAnswerIsAnErrorByNameAndIsNotAskedForAgain(body: String, status: Int, error: VoucherError) async throws
    {
        try await LoopbackPeer.with { _, _ in
            .text(body, status: status)
        } _: { peer, port in
            await #expect(throws: error) { try await ask(at: "http://127.0.0.1:\(port)") }
            #expect(peer.calls.count == 1)
        }
    }

    @Test func anAnswerWithoutEndIsCutOffAndAnErrorByName() async throws {
        let body = #"{"code":200,"data":{"authUrl":"https://a.b/"#
        try await LoopbackPeer.with { _, _ in
            .text(body + String(repeating: "x", count: 70_000))
        } _: { _, port in
            await #expect(throws: VoucherError.tooLarge) { try await ask(at: "http://127.0.0.1:\(port)") }
        }
    }

    @Test func aGatewayThatFailsIsAskedAgainUntilItAnswers() async throws {
        try await LoopbackPeer.with { _, number in
            number < 3 ? .text(#"{"code":50001}"#) : Self.success
        } _: {
            peer, port in
            let patience = Patience()
            let link = try await ask(patience, at: "http://127.0.0.1:\(port)")
            #expect(link.reveal() == Self.link)
            #expect(peer.calls.count == 3)
            #expect(patience.pauses == [.milliseconds(500), .seconds(1)])
        }
    }

    @Test func afterFourTriesItGivesUp() async throws {
        try await LoopbackPeer.with { _, _ in
            .text(#"{"code":50001}"#, status: 500)
        } _: { peer, port in
            let patience = Patience()
            await #expect(throws: VoucherError.gatewayFailed) {
                try await ask(patience, at: "http://127.0.0.1:\(port)")
            }
            #expect(peer.calls.count == 4)
            #expect(patience.pauses == [.milliseconds(500), .seconds(1), .seconds(2)])
        }
    }

    @Test func whereNobodyListensItIsTriedAgainAndSaidByName() async throws {
        let patience = Patience()
        let refused = VoucherError.unreachable(.connectRefused(try #require(IPAddress("127.0.0.1"))))
        await #expect(throws: refused) { try await ask(patience, at: "http://127.0.0.1:1") }
        #expect(patience.pauses.count == 3)
        #expect(refused.fault == .away)
    }

    @Test func nothingStartsThatWouldEndAfterAQuarterOfAMinute() async throws {
        // Each try takes 7 s by the clock that the client looks at.
        let elapsed = Mutex(Duration.zero)
        let start = ContinuousClock.now
        try await LoopbackPeer.with { _, _ in
            elapsed.withLock { $0 += .seconds(7) }
            return .text(#"{"code":50001}"#)
        } _: { peer, port in
            let client = try VoucherClient(
                baseURL: "http://127.0.0.1:\(port)", policy: AddressPolicy(allowedNetworks: [try CIDR("127.0.0.0/8")]),
                outside: try .loopback(), now: { start + elapsed.withLock { $0 } },
                pause: { pause in elapsed.withLock { $0 += pause } })
            let shop = try #require(ShopID("1"))
            await #expect(throws: VoucherError.gatewayFailed) { try await client.link(for: shop) }
            #expect(peer.calls.count == 2, "the third would begin after 15.5 s")
        }
    }

    @Test func anAddressThatIsNotAllowedIsNotCalledAndNotTriedAgain() async throws {
        try await LoopbackPeer.with { _, _ in
            Self.success
        } _: { peer, port in
            let patience = Patience()
            await #expect(throws: VoucherError.self) {
                try await ask(patience, at: "http://127.0.0.1:\(port)", networks: [])
            }
            #expect(peer.calls.isEmpty && patience.pauses.isEmpty)
        }
    }

    @Test func aBaseAddressThatIsNoneIsSaidSo() async throws {
        await #expect(throws: VoucherError.address(.notHTTP)) { try await ask(at: "ftp://gateway.example") }
    }

    @Test func everyCodeHasItsOwnFault() {
        #expect(VoucherError.parameterMissing.fault == .wrongQuestion && VoucherError.parameterMissing.code == 40_001)
        #expect(VoucherError.unknownShop.fault == .wrongQuestion && VoucherError.unknownShop.code == 40_002)
        #expect(VoucherError.notPermitted.fault == .notPermitted && VoucherError.notPermitted.code == 40_003)
        #expect(VoucherError.gatewayFailed.fault == .away && VoucherError.gatewayFailed.code == 50_001)
        #expect(VoucherError.unknownCode(7).fault == .brokenAnswer && VoucherError.unknownCode(7).code == 7)
        #expect(VoucherError.noLink.fault == .brokenAnswer && VoucherError.noLink.code == nil)
        #expect("\(VoucherError.notPermitted)".contains("ask Meituan"))
    }
}
