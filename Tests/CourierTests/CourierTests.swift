import HTTPTypes
import Logging
import Platforms
import RelayCore
import StandardWebhooks
import Synchronization
import TestSupport
import Testing

@testable import Courier

@Suite struct CourierTests {
    @Test func aStandardCallIsVerifiedByItsSignature() async throws {
        try await LoopbackMerchant.run { merchant in
            let test = try TestCourier()
            test.configure(.test(url: merchant.url))
            try await test.run { _ in
                let delivery = LeasedDelivery.test()
                try test.begin(delivery)
                let report = try await test.report(of: delivery)
                #expect(report.settled == .delivered && report.httpStatus == 200 && report.startedAt != nil)

                let call = try #require(merchant.calls.first)
                let header = { (name: String) in HTTPField.Name(name).flatMap { call.headers[$0] } ?? "" }
                #expect(call.target == "/hooks?shop=1")
                #expect(call.headers[.contentType] == "application/json")
                #expect(header("webhook-id") == "\(delivery.event.id)")
                let verdict = StandardWebhooksSignature.verify(
                    header("webhook-signature"), id: header("webhook-id"),
                    timestamp: header("webhook-timestamp"), body: call.body,
                    secret: try StandardWebhooksSecret(parsing: secret), nowUnixSeconds: 1_700_000_000,
                    tolerance: .zero)
                #expect(verdict == .right)
                let envelope = try JSON(parsing: call.body)
                #expect(envelope["type"] == "goods.issue" && envelope["data"]?["order_no"] == "order-1")
            }
        }
    }

    @Test func aPlatformsCallIsSignedAnewWithTheEndpointsKey() async throws {
        try await LoopbackMerchant.run { merchant in
            let test = try TestCourier()
            let key = Secret("of the endpoint")
            test.configure(.test(url: merchant.url, format: .platform(appKey: "its-own", secret: key)))
            try await test.run { _ in
                let delivery = LeasedDelivery.test()
                try test.begin(delivery)
                _ = try await test.report(of: delivery)
                let form = try FormBody(parsing: try #require(merchant.calls.first).body)
                #expect(form["app_key"].map { String(decoding: $0, as: UTF8.self) } == "its-own")
                #expect(form["time_stamp"].map { String(decoding: $0, as: UTF8.self) } == "1700000000123")
                #expect(RenRenXiuSignature.isRight(try #require(form["sign"]), for: form, secret: key))
            }
        }
    }

    @Test func anEndpointThatHangsDelaysNoOther() async throws {
        try await LoopbackMerchant.run({ merchant, _ in (await merchant.hang(), (200, "")).1 }) { hanging in
            try await LoopbackMerchant.run { quick in
                let test = try TestCourier(grace: .zero)
                test.configure(.test(1, url: hanging.url, maxInFlight: 2), .test(2, url: quick.url))
                try await test.run { _ in
                    for number in 1...10 { try test.begin(.test(number, for: 1)) }
                    for number in 1...10 { try test.begin(.test(number, for: 2)) }
                    for number in 1...10 {
                        #expect(try await test.report(of: .test(number, for: 2)).settled == .delivered)
                    }
                    #expect(test.ledger.reports.count == 10)
                }
            }
        }
    }

    @Test func noMoreCallsRunThanAreAllowedAndTheOthersFollow() async throws {
        try await LoopbackMerchant.run({ merchant, _ in (await merchant.hang(), (200, "")).1 }) { merchant in
            let test = try TestCourier()
            test.configure(.test(url: merchant.url, maxInFlight: 3))
            try await test.run { _ in
                for number in 1...20 { try test.begin(.test(number)) }
                try await eventually("three calls run") { merchant.running == 3 }
                merchant.open()
                try await eventually("all are delivered") { test.ledger.reports.count == 20 }
                #expect(merchant.peak == 3 && merchant.calls.count == 20 && merchant.connections <= 3)
                #expect(test.ledger.reports.allSatisfy { $0.settled == .delivered })
            }
        }
    }

    @Test func anEndpointThatKeepsFailingIsLeftAloneAndWhatWaitsIsGivenBack() async throws {
        try await LoopbackMerchant.run({ _, _ in (500, "") }) { merchant in
            let test = try TestCourier()
            let endpoint = Endpoint.test(url: merchant.url, maxInFlight: 4)
            test.configure(endpoint)
            try await test.run { _ in
                for number in 1...36 { try test.begin(.test(number)) }
                try await eventually("all are reported") { test.ledger.reports.count == 36 }
                let called = test.ledger.reports.filter { $0.startedAt != nil }.count
                #expect(called == merchant.calls.count && (20...23).contains(called))
                #expect(test.ledger.reports.filter(\.isNotStarted).count == 36 - called)
                #expect(test.breakers.open == [endpoint.id: "HTTP 500"])
                #expect(test.courier.takeSlot(of: endpoint.id, weight: 1) == nil && test.courier.takeOpenings().isEmpty)
                test.configure(.test(url: merchant.url, maxInFlight: 4, breaker: false))
                #expect(test.breakers.open.isEmpty)
            }
        }
    }

    @Test func aHigherLimitStartsTheCallsThatWait() async throws {
        try await LoopbackMerchant.run({ merchant, _ in (await merchant.hang(), (200, "")).1 }) { merchant in
            let test = try TestCourier()
            test.configure(.test(url: merchant.url, maxInFlight: 1))
            try await test.run { _ in
                for number in 1...4 { try test.begin(.test(number)) }
                try await eventually("a call runs") { merchant.running == 1 }
                test.configure(.test(url: merchant.url, maxInFlight: 3))
                try await eventually("three calls run") { merchant.running == 3 }
                merchant.open()
                try await eventually("all are delivered") { test.ledger.reports.count == 4 }
                #expect(merchant.peak == 3)
            }
        }
    }

    @Test func aSlotIsFreeOnceTheReportIsWrittenAndNotBefore() async throws {
        try await LoopbackMerchant.run { merchant in
            let test = try TestCourier()
            // A lane of one with a rate holds nothing but the call itself.
            test.configure(.test(url: merchant.url, maxInFlight: 1, rate: Rate(count: 100, period: .seconds(1))))
            test.ledger.keepWaiting()
            try await test.run { _ in
                let delivery = LeasedDelivery.test()
                try test.begin(delivery)
                _ = try await test.report(of: delivery)
                #expect(test.courier.takeSlot(of: EndpointID(1), weight: 1) == nil)
                test.ledger.write()
                #expect(test.courier.takeOpenings().map(\.count) == [1])
            }
        }
    }

    @Test func aNewAddressIsCalledNextAndTheOldConnectionsClose() async throws {
        try await LoopbackMerchant.run { old in
            try await LoopbackMerchant.run { new in
                let test = try TestCourier()
                test.configure(.test(url: old.url))
                try await test.run { _ in
                    try test.begin(.test(1))
                    _ = try await test.report(of: .test(1))
                    #expect(old.connections == 1)

                    test.configure(.test(url: new.url))
                    try test.begin(.test(2))
                    #expect(try await test.report(of: .test(2)).settled == .delivered)
                    #expect(old.calls.count == 1 && new.calls.count == 1)
                    try await eventually("the old connection is closed") { old.connections == 0 }
                }
            }
        }
    }

    @Test func aChangeThatDoesNotConcernTheConnectionsKeepsThem() async throws {
        try await LoopbackMerchant.run { merchant in
            let test = try TestCourier()
            test.configure(.test(url: merchant.url))
            try await test.run { _ in
                try test.begin(.test(1))
                _ = try await test.report(of: .test(1))
                test.configure(.test(url: merchant.url, timeout: .seconds(3)), .test(2, url: merchant.url))
                try test.begin(.test(2))
                _ = try await test.report(of: .test(2))
                #expect(merchant.calls.count == 2 && merchant.connections == 1)
            }
        }
    }

    @Test func aChangeOfWhatTLSNeedsIsTakenForTheNextCall() async throws {
        try await LoopbackMerchant.run { merchant in
            let test = try TestCourier()
            var endpoint = Endpoint.test(url: merchant.url)
            test.configure(endpoint)
            try await test.run { _ in
                try test.begin(.test(1))
                _ = try await test.report(of: .test(1))
                // Not even readable: the connection that is open already is not used on.
                endpoint.tls.authorities = "no PEM"
                test.configure(endpoint)
                try test.begin(.test(2))
                try await eventually("the connection is closed") { merchant.connections == 0 }
                #expect(merchant.calls.count == 1)
            }
        }
    }

    @Test func noCallIsLostWhileTheConfigurationChangesAllTheTime() async throws {
        try await LoopbackMerchant.run { merchant in
            let test = try TestCourier()
            test.configure(.test(url: merchant.url, maxInFlight: 8))
            try await test.run { _ in
                for number in 1...300 {
                    try test.begin(.test(number))
                    if number % 5 == 0 { test.configure(.test(url: merchant.url, maxInFlight: 8 + number % 2)) }
                    if number % 20 == 0 {
                        try await eventually("\(number) are reported") { test.ledger.reports.count == number }
                    }
                }
                // One that met its destination closing is given back, and costs no attempt.
                #expect(test.ledger.reports.allSatisfy { $0.settled == .delivered || $0.isNotStarted })
                #expect(test.ledger.reports.count { $0.settled == .delivered } == merchant.calls.count)
                #expect(merchant.calls.count > 250)
            }
        }
    }

    @Test func theDeliveriesOfARemovedEndpointAreNotStarted() async throws {
        let test = try TestCourier()
        test.configure(.test())
        try await test.run { _ in
            let slot = try #require(test.courier.takeSlot(of: EndpointID(1), weight: 1))
            test.configure()
            test.courier.begin(.test(), in: slot)
            #expect(try await test.report(of: .test()).isNotStarted)
            #expect(test.courier.takeSlot(of: EndpointID(1), weight: 1) == nil)
            #expect(test.courier.takeOpenings().isEmpty)
        }
    }

    @Test func aPausedEndpointIsNotCalledAndWhatWaitsIsGivenBack() async throws {
        try await LoopbackMerchant.run({ merchant, number in
            await merchant.hang()
            return (number == 1 ? 410 : 200, "")
        }) { merchant in
            let test = try TestCourier()
            test.configure(.test(url: merchant.url, maxInFlight: 1))
            try await test.run { _ in
                for number in 1...5 { try test.begin(.test(number)) }
                try await eventually("the first is called") { merchant.running == 1 }
                merchant.open()
                #expect(try await test.report(of: .test(1)).pausesEndpoint)
                for number in 2...5 { #expect(try await test.report(of: .test(number)).isNotStarted) }
                #expect(merchant.calls.count == 1)
                #expect(test.courier.takeSlot(of: EndpointID(1), weight: 1) == nil)
            }
        }
    }

    @Test func anAddressThatIsNotAllowedIsAFailureWithItsReason() async throws {
        try await LoopbackMerchant.run { merchant in
            let test = try TestCourier()
            test.configure(.test(url: merchant.url), allow: [])
            try await test.run { _ in
                try test.begin(.test())
                let report = try await test.report(of: .test())
                #expect(report.delay != nil)
                #expect(report.reason?.hasPrefix("calls to 127.0.0.1 are not allowed") == true)
                #expect(merchant.calls.isEmpty)
            }
        }
    }

    @Test(
        arguments: [
            (Endpoint.test(1, url: "gopher://old"), "the address does not start with http:// or https://"),
            (
                Endpoint.test(1, format: .standard(secret: Secret("whsec_c2hvcnQ="))),
                "secret 1 has 5 bytes, not 24 to 64"
            ),
        ])
    func anEndpointThatCannotBeCalledFailsItsOwnDeliveriesOnly(broken: Endpoint, reason: String) async throws {
        try await LoopbackMerchant.run { merchant in
            let test = try TestCourier()
            test.configure(broken, .test(2, url: merchant.url))
            try await test.run { _ in
                try test.begin(.test(1, for: 1))
                try test.begin(.test(1, for: 2))
                let report = try await test.report(of: .test(1, for: 1))
                #expect(report.delay != nil && report.reason == reason && report.startedAt == nil)
                #expect(try await test.report(of: .test(1, for: 2)).settled == .delivered)

                let old = LeasedDelivery.test(2, for: 1, age: .seconds(7200))
                try test.begin(old)
                #expect(try await test.report(of: old).settled == .expired)
            }
        }
    }

    @Test func theLogHoldsNothingThatTheMerchantWrote() async throws {
        let lines = LogLines()
        try await LoopbackMerchant.run({ _, _ in (200, #"{"result":1,"msg":"张三 13635603333"}"#) }) { merchant in
            let test = try TestCourier(logger: lines.logger)
            test.configure(.test(url: merchant.url))
            try await test.run { _ in
                try test.begin(.test())
                #expect(try await test.report(of: .test()).reason == "张三 13635603333")
            }
        }
        #expect(lines.all.contains { $0.contains("order-1") && $0.contains("refused") })
        #expect(!lines.all.contains { $0.contains("13635603333") || $0.contains("whsec_") })
    }
}

/// What was logged, a text for each line.
private final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    var logger: Logger {
        var logger = Logger(label: "tests") { [lines = Lines(owner: self)] _ in lines }
        logger.logLevel = .trace
        return logger
    }

    private struct Lines: LogHandler {
        let owner: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            owner.lines.withLock { $0.append("\(event.level) \(event.message) \(event.metadata ?? [:])") }
        }
    }
}
