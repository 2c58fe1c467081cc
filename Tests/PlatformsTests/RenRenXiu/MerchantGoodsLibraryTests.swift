import OutboundHTTP
import RelayCore
import Synchronization
import TestSupport
import Testing

@testable import Platforms

@Suite(.timeLimit(.minutes(1))) struct MerchantGoodsLibraryTests {
    private static let ok = LoopbackPeer.Answer.text(
        #"{"result":0,"data":{"total":1,"rows":[{"goods_name":"茶","goods_code":"t","goods_price":1.5}]}}"#)

    /// One library, an app that asks it, and a clock that the test moves.
    private final class House: Sendable {
        let log = LogLines()
        let passed = Mutex(Duration.zero)
        private let endpoint: Endpoint
        private let networks: [String]
        private let start = ContinuousClock.now
        private let outside: Outside

        init(
            port: Int, timeout: Duration = .seconds(10), networks: [String] = ["127.0.0.0/8"],
            tls: EndpointTLS = EndpointTLS()
        ) throws {
            self.networks = networks
            outside = try .loopback()
            endpoint = Endpoint(
                id: EndpointID(1), name: "library", merchant: "teahouse", url: "http://127.0.0.1:\(port)/goods?shop=1",
                format: .platform(appKey: "own-key", secret: Secret("own-secret")), timeout: timeout, tls: tls)
        }

        func library() -> MerchantGoodsLibrary {
            MerchantGoodsLibrary(
                outside: outside, unixMilliseconds: { 1_700_000_000_000 },
                now: { self.start + self.passed.withLock { $0 } }, logger: log.logger)
        }

        func ask(_ library: MerchantGoodsLibrary, name: String = "茶 & =", isPaused: Bool = false) async -> String {
            var app = App(
                id: AppID(1), name: "rrx", merchant: "teahouse", platform: "renrenxiu", appKey: "key",
                secret: Secret("of the app"))
            app.goodsLibrary = GoodsLibrarySettings(endpoint: "library", cache: .seconds(30))
            var endpoint = endpoint
            endpoint.isPaused = isPaused
            let finding = await library.look(
                up: GoodsInquiry(loginID: "sub", name: name, page: 2, limit: 5), at: endpoint, of: app,
                in: Directory(apps: [app], endpoints: [endpoint], allowedPrivateNetworks: networks))
            return switch finding {
            case .found(let page): "found \(page.rows.map { "\($0.name) \($0.price)" }) of \(page.total)"
            case .refused(let message): "refused \(message ?? "-")"
            case .unavailable: "unavailable"
            }
        }
    }

    private static let found = #"found ["茶 1.50"] of 1"#

    @Test func theEndpointsOwnAuthoritiesAreTrustedInThePlaceOfTheSystems() async throws {
        try await LoopbackPeer.with { _, _ in
            Self.ok
        } _: { peer, port in
            let house = try House(port: port, tls: EndpointTLS(authorities: "no PEM"))
            #expect(await house.ask(house.library()) == "unavailable")
            #expect(house.log.all.first?.contains("expected certificates in PEM") == true)
            #expect(peer.calls.isEmpty)
        }
    }

    @Test func itAsksInThePlatformsFormatSignedWithTheEndpointsOwnKey() async throws {
        try await LoopbackPeer.with { _, _ in
            Self.ok
        } _: { peer, port in
            let house = try House(port: port)
            #expect(await house.ask(house.library()) == Self.found)
            let call = try #require(peer.calls.first)
            #expect(call.method == "POST" && call.target == "/goods?shop=1")
            #expect(call.contentType == "application/x-www-form-urlencoded")
            let form = try FormBody(parsing: call.body)
            let values = Dictionary(uniqueKeysWithValues: form.pairs.filter { $0.name != "sign" })
            #expect(
                values == [
                    "app_key": "own-key", "time_stamp": "1700000000000", "login_id": "sub", "name": "茶 & =",
                    "page": "2",
                    "limit": "5",
                ])
            let sign = try #require(form["sign"])
            #expect(RenRenXiuSignature.isRight(sign, for: form, secret: Secret("own-secret")))
        }
    }

    @Test func anAnswerServesWithoutAskingForAsLongAsTheCacheSays() async throws {
        try await LoopbackPeer.with { _, _ in
            Self.ok
        } _: { peer, port in
            let house = try House(port: port)
            let library = house.library()
            for _ in 0..<3 { #expect(await house.ask(library) == Self.found) }
            #expect(peer.calls.count == 1)
            #expect(await house.ask(library, name: "another") == Self.found)
            #expect(peer.calls.count == 2)
            house.passed.withLock { $0 += .seconds(30) }
            #expect(await house.ask(library) == Self.found)
            #expect(peer.calls.count == 3)
            #expect(house.log.all.isEmpty)
        }
    }

    @Test func whileTheMerchantIsAwayAnOldAnswerIsGivenAndTheLogSaysHowOldItIs() async throws {
        try await LoopbackPeer.with { _, number in
            number == 1 ? Self.ok : .text("gone", status: 502)
        } _: { _, port in
            let house = try House(port: port)
            let library = house.library()
            #expect(await house.ask(library) == Self.found)
            house.passed.withLock { $0 += .seconds(3_600) }
            #expect(await house.ask(library) == Self.found)
            #expect(
                house.log.all == [
                    "warning: a merchant's goods library is away: an old answer is given age=3600s app=rrx "
                        + "endpoint=library error=HTTP 502"
                ])
            house.passed.withLock { $0 += .seconds(86_400) }
            #expect(await house.ask(library) == "unavailable")
            #expect(house.log.all.last?.contains("no answer of it is kept") == true)
        }
    }

    @Test func aNoIsPassedOnAndAlsoEndsWhatWasKept() async throws {
        try await LoopbackPeer.with { _, number in
            switch number {
            case 1: Self.ok
            case 2: .text(#"{"result":1,"msg":"没有权限"}"#)
            default: .text("gone", status: 500)
            }
        } _: { _, port in
            let house = try House(port: port)
            let library = house.library()
            #expect(await house.ask(library) == Self.found)
            house.passed.withLock { $0 += .seconds(31) }
            #expect(await house.ask(library) == "refused 没有权限")
            #expect(house.log.all.isEmpty, "the merchant is not away")
            #expect(await house.ask(library) == "unavailable")
        }
    }

    @Test func theSameQuestionFromManyIsOneCall() async throws {
        let gate = Gate()
        try await LoopbackPeer.with { _, _ in
            try await gate.pass()
            return Self.ok
        } _: { peer, port in
            let house = try House(port: port)
            let library = house.library()
            await withTaskGroup { group in
                for _ in 0..<20 { group.addTask { await house.ask(library) } }
                group.addTask {
                    while peer.calls.isEmpty { await Task.pause(for: .milliseconds(1)) }
                    gate.open()
                    return Self.found
                }
                for await answer in group { #expect(answer == Self.found) }
            }
            #expect(peer.calls.count == 1)
        }
    }

    @Test func noMoreQuestionsAreOpenThanThereIsMemoryForTheirAnswers() async throws {
        let gate = Gate()
        try await LoopbackPeer.with { _, _ in
            try await gate.pass()
            return Self.ok
        } _: { peer, port in
            let house = try House(port: port)
            let library = house.library()
            await withTaskGroup { group in
                for number in 0..<40 { group.addTask { await house.ask(library, name: "\(number)") } }
                var answers: [String] = []
                for _ in 0..<8 { answers.append(await group.next() ?? "") }
                #expect(answers == [String](repeating: "unavailable", count: 8), "they are told at once")
                gate.open()
                for await answer in group { #expect(answer == Self.found) }
            }
            #expect(peer.calls.count == 32)
            #expect(await house.ask(library, name: "41") == Self.found)
        }
    }

    @Test func aMerchantThatHangsIsWaitedForNoLongerThanTheEndpointsTimeout() async throws {
        try await LoopbackPeer.with { _, _ in
            try await .never()
        } _: { _, port in
            let house = try House(port: port, timeout: .milliseconds(200))
            let start = ContinuousClock.now
            #expect(await house.ask(house.library()) == "unavailable")
            #expect(ContinuousClock.now - start < .seconds(4))
            #expect(house.log.all.first?.contains("the time for the call ran out while waiting for the answer") == true)
        }
    }

    @Test func rowsThatAreLeftOutAreCountedInTheLog() async throws {
        let rows = #"[{"goods_name":"茶","goods_code":"t","goods_price":1.5},{"goods_name":"茶"},7]"#
        try await LoopbackPeer.with { _, _ in
            .text(#"{"result":0,"data":{"total":3,"rows":\#(rows)}}"#)
        } _: { _, port in
            let house = try House(port: port)
            #expect(await house.ask(house.library()) == #"found ["茶 1.50"] of 3"#)
            #expect(
                house.log.all == [
                    "warning: rows of a merchant's goods library are left out app=rrx endpoint=library first=row 2: "
                        + "goods_code is missing, empty or not a text flaws=2"
                ])
        }
    }

    @Test func anAnswerThatIsCutOffIsAnErrorByName() async throws {
        try await LoopbackPeer.with { _, _ in
            .text(String(repeating: " ", count: 1_100_000))
        } _: { _, port in
            let house = try House(port: port)
            #expect(await house.ask(house.library()) == "unavailable")
            #expect(house.log.all.first?.contains("larger than 1024 KiB") == true)
        }
    }

    @Test func anAddressThatIsNotAllowedAndAPausedEndpointAreNotCalled() async throws {
        try await LoopbackPeer.with { _, _ in
            Self.ok
        } _: { peer, port in
            let strict = try House(port: port, networks: [])
            #expect(await strict.ask(strict.library()) == "unavailable")
            #expect(strict.log.all.first?.contains("calls to 127.0.0.1 are not allowed") == true)
            let paused = try House(port: port)
            #expect(await paused.ask(paused.library(), isPaused: true) == "unavailable")
            #expect(peer.calls.isEmpty)
        }
    }
}
