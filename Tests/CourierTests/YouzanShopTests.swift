import HTTPTypes
import Logging
import RelayCore
import Synchronization
import TestSupport
import Testing

@testable import Courier

@Suite struct YouzanShopTests {
    private static let clientSecret = Secret("client-secret-nobody-may-see")

    private static func format(
        body: String = #"{"mobile":"{{phone}}","order":"{{order_no}}","n":1}"#
    ) -> EndpointFormat {
        .youzan(
            YouzanTarget(
                clientID: "client", clientSecret: clientSecret, grantID: "42587152", api: "youzan.ump.coupon.take",
                version: "3.0.1", body: body))
    }

    private static func issued(_ token: String, expires: Int64 = 1_700_604_800_000) -> (status: Int, body: String) {
        (
            200,
            #"{"success":true,"code":200,"message":null,"data":{"access_token":"\#(token)","expires":\#(expires)}}"#
        )
    }

    private static let taken = (status: 200, body: #"{"success":true,"code":200,"data":{}}"#)

    /// - Parameters:
    ///   - tokens: told the number of the request, from 1.
    ///   - api: told the call's address, and the number of the call, from 1.
    private func withShop(
        _ tokens: @escaping @Sendable (LoopbackMerchant, Int) async -> (status: Int, body: String) = { _, number in
            Self.issued("token-\(number)")
        },
        api: @escaping @Sendable (String, Int) -> (status: Int, body: String) = { _, _ in Self.taken },
        endpoint: (LoopbackMerchant) -> Endpoint = {
            .test(url: "http://127.0.0.1:\($0.port)/open/", format: Self.format())
        },
        grace: Duration = .seconds(10),
        _ body: (TestCourier, LoopbackMerchant) async throws -> Void
    ) async throws {
        try await LoopbackMerchant.run({ merchant, _ in
            let target = merchant.calls.last?.target ?? ""
            let isToken = target.hasSuffix("/auth/token")
            let number = merchant.calls.count { $0.target.hasSuffix("/auth/token") == isToken }
            return isToken ? await tokens(merchant, number) : api(target, number)
        }) { merchant in
            let test = try TestCourier(grace: grace)
            test.configure(endpoint(merchant))
            try await test.run { _ in try await body(test, merchant) }
        }
    }

    @Test func neitherTheTokensNorTheAPIAreAskedForAtAnAddressThatIsNotAllowed() async throws {
        try await LoopbackMerchant.run { cloud in
            let test = try TestCourier()
            test.configure(
                .test(url: "http://127.0.0.1:\(cloud.port)/open/", format: Self.format(), timeout: .milliseconds(500)),
                allow: ["10.0.0.0/8"])
            try await test.run { _ in
                try test.begin(.test())
                _ = try await test.report(of: .test())
                #expect(cloud.calls.isEmpty && cloud.connections == 0)
            }
        }
    }

    @Test func theApiIsCalledWithATokenAndTheTemplateFilledIn() async throws {
        try await withShop { test, cloud in
            let delivery = LeasedDelivery.test()
            try test.begin(delivery)
            let report = try await test.report(of: delivery)
            #expect(report.settled == .delivered && report.httpStatus == 200 && report.startedAt != nil)
            let calls = cloud.calls
            #expect(
                calls.map(\.target) == [
                    "/open/auth/token", "/open/api/youzan.ump.coupon.take/3.0.1?access_token=token-1",
                ])
            #expect(calls.allSatisfy { $0.headers[.contentType] == "application/json" })
            let request = try JSON(parsing: calls[0].body)
            #expect(
                request == [
                    "client_id": "client", "client_secret": .string(Self.clientSecret.reveal()),
                    "authorize_type": "silent", "grant_id": "42587152", "refresh": false,
                ])
            #expect(try JSON(parsing: calls[1].body) == ["mobile": .null, "order": "order-1", "n": 1])
        }
    }

    @Test func manyAttemptsAtOnceMakeOneLookAndOneRenewal() async throws {
        try await withShop { merchant, _ in
            await merchant.hang()
            return Self.issued("token-1")
        } endpoint: {
            .test(url: "http://127.0.0.1:\($0.port)", format: Self.format(), maxInFlight: 40)
        } _: { test, cloud in
            let deliveries = (1...40).map { LeasedDelivery.test($0) }
            for delivery in deliveries { try test.begin(delivery) }
            try await eventually("a token is asked for") { !cloud.calls.isEmpty }
            cloud.open()
            for delivery in deliveries { #expect(try await test.report(of: delivery).settled == .delivered) }
            #expect(cloud.calls.count == 41 && test.tokens.looks == 1)
        }
    }

    @Test func aRefusedTokenIsRenewedOnceAndTheCallRepeatedAtOnce() async throws {
        try await withShop(api: { target, _ in
            target.hasSuffix("token-2") ? Self.taken : (200, #"{"gw_err_resp":{"err_code":4203}}"#)
        }) { test, cloud in
            let delivery = LeasedDelivery.test()
            try test.begin(delivery)
            #expect(try await test.report(of: delivery).settled == .delivered)
            #expect(cloud.calls.count == 4)
        }
    }

    @Test func aTokenThatAnotherRelayRenewedMeanwhileIsTakenWithoutARenewal() async throws {
        try await withShop(api: { target, number in
            number == 2 && target.hasSuffix("token-1") ? (401, "") : Self.taken
        }) { test, cloud in
            test.tokens.put("token-1", version: 1)
            let first = LeasedDelivery.test(1)
            try test.begin(first)
            #expect(try await test.report(of: first).settled == .delivered)
            test.tokens.put("other", version: 2)
            let second = LeasedDelivery.test(2)
            try test.begin(second)
            #expect(try await test.report(of: second).settled == .delivered)
            let asked = cloud.calls.map { $0.target.split(separator: "=").last.map(String.init) ?? "" }
            #expect(asked == ["token-1", "token-1", "other"])
        }
    }

    @Test func aTokenNearItsEndIsUsedWhileItIsRenewed() async throws {
        try await withShop { merchant, _ in
            await merchant.hang()
            return Self.issued("new")
        } _: { test, cloud in
            test.tokens.put("old", version: 1, renewsIn: .zero)
            for number in 1...5 {
                let delivery = LeasedDelivery.test(number)
                try test.begin(delivery)
                #expect(try await test.report(of: delivery).settled == .delivered)
            }
            try await eventually("the renewal has begun") { cloud.running == 1 }
            #expect(cloud.calls.count { $0.target.hasSuffix("access_token=old") } == 5)
            cloud.open()
            let isNewUsed = { cloud.calls.contains { $0.target.hasSuffix("access_token=new") } }
            // The answer is there before the token is kept.
            for number in 100..<5_000 where !isNewUsed() {
                let delivery = LeasedDelivery.test(number)
                try test.begin(delivery)
                #expect(try await test.report(of: delivery).settled == .delivered)
            }
            #expect(isNewUsed())
            #expect(cloud.calls.count { $0.target == "/open/auth/token" } == 1)
        }
    }

    @Test func aNewTokenThatIsRefusedAsWellIsAFailedAttempt() async throws {
        try await withShop(api: { _, _ in (401, #"{"error":"token-1 and token-2"}"#) }) { test, cloud in
            let delivery = LeasedDelivery.test()
            try test.begin(delivery)
            let report = try await test.report(of: delivery)
            #expect(report.delay != nil && report.httpStatus == 401)
            #expect(report.reason == "the access token was refused: HTTP 401")
            #expect(report.answerStart == #"{"error":"‹secret› and ‹secret›"}"#)
            #expect(cloud.calls.count == 4)
        }
    }

    @Test func withoutATokenADeliveryIsPostponedAndUsesNoAttempt() async throws {
        try await withShop { _, _ in
            (500, "<html>")
        } endpoint: {
            .test(url: "http://127.0.0.1:\($0.port)", format: Self.format(), timeout: .milliseconds(500))
        } _: { test, cloud in
            let delivery = LeasedDelivery.test()
            try test.begin(delivery)
            let report = try await test.report(of: delivery)
            #expect(try #require(report.postponement) >= .seconds(1))
            #expect(report.startedAt == nil)
            try await eventually("the renewal has failed") { test.tokens.failures > 0 }
            #expect(cloud.calls.allSatisfy { $0.target == "/auth/token" })
        }
    }

    @Test func aRenewalThatFailsAndThenSucceedsIsInTimeForTheAttemptThatWaits() async throws {
        try await withShop { _, number in
            number < 3 ? (200, "not JSON") : Self.issued("token-\(number)")
        } _: { test, cloud in
            let delivery = LeasedDelivery.test()
            try test.begin(delivery)
            #expect(try await test.report(of: delivery).settled == .delivered)
            #expect(test.tokens.failures == 2 && cloud.calls.count == 4)
        }
    }

    @Test func aTokenThatLooksExpiredIsUsedAllTheSame() async throws {
        try await withShop { _, number in
            Self.issued("token-\(number)", expires: 1_600_000_000_000)
        } _: { test, cloud in
            for number in 1...5 {
                let delivery = LeasedDelivery.test(number)
                try test.begin(delivery)
                #expect(try await test.report(of: delivery).settled == .delivered)
            }
            #expect(cloud.calls.count { $0.target.hasSuffix("/auth/token") } == 1)
        }
    }

    @Test func aBusinessCodeIsFinalAndItsMessageIsThePlatforms() async throws {
        try await withShop(api: { _, _ in (200, #"{"success":false,"code":160301,"message":"优惠券已领完"}"#) }) { test, _ in
            let delivery = LeasedDelivery.test()
            try test.begin(delivery)
            let report = try await test.report(of: delivery)
            #expect(report.settled == .refused && report.reason == "优惠券已领完" && !report.pausesEndpoint)
            #expect(try JSON(parsing: try #require(report.answer)) == ["result": 1, "msg": "优惠券已领完"])
        }
    }

    @Test func anApiThatHangsEndsWithTheEndpointsTimeout() async throws {
        try await LoopbackMerchant.run({ merchant, _ in
            await merchant.hang()
            return Self.taken
        }) { cloud in
            let test = try TestCourier()
            test.tokens.put("token-1", version: 1)
            test.configure(
                .test(url: "http://127.0.0.1:\(cloud.port)", format: Self.format(), timeout: .milliseconds(300)))
            try await test.run { _ in
                let delivery = LeasedDelivery.test()
                try test.begin(delivery)
                let report = try await test.report(of: delivery)
                #expect(report.delay != nil && report.httpStatus == nil)
                #expect(try #require(report.took) < .seconds(5))
            }
        }
    }

    @Test func hostileValuesStayWithinTheirStrings() async throws {
        let template = #"{"a":"{{order_no}}","b":"x{{order_no}}y"}"#
        let hostile = ##"","admin":true,"x":"\\\n{{openid}}\##u{0}"##
        try await withShop(endpoint: {
            .test(url: "http://127.0.0.1:\($0.port)", format: Self.format(body: template))
        }) { test, cloud in
            let delivery = LeasedDelivery.test(orderNo: hostile)
            try test.begin(delivery)
            #expect(try await test.report(of: delivery).settled == .delivered)
            let body = try JSON(parsing: try #require(cloud.calls.last).body)
            #expect(body == ["a": .string(hostile), "b": .string("x\(hostile)y")])
        }
    }

    @Test func theShutdownEndsTheWaitForATokenWithoutAnAttempt() async throws {
        try await LoopbackMerchant.run({ merchant, _ in (await merchant.hang(), Self.taken).1 }) { cloud in
            let test = try TestCourier(grace: .zero)
            test.configure(.test(url: "http://127.0.0.1:\(cloud.port)", format: Self.format()))
            let delivery = LeasedDelivery.test()
            try await test.run { _ in
                try test.begin(delivery)
                try await eventually("a token is asked for") { !cloud.calls.isEmpty }
            }
            #expect(try #require(test.ledger.report(of: delivery)).isNotStarted)
        }
    }
}

extension LeasedDelivery {
    /// With an order number that means harm.
    fileprivate static func test(orderNo: String) -> LeasedDelivery {
        let plain = LeasedDelivery.test()
        let escaped = orderNo.utf8.map { "%" + ($0 < 0x10 ? "0" : "") + String($0, radix: 16) }.joined()
        let body = "app_key=key&time_stamp=1700000000000&sign=00&goods_code=zp_001&openid=o1&order_no=\(escaped)"
        return LeasedDelivery(
            key: plain.key,
            event: Event(
                id: plain.event.id, app: app.id, type: "goods.issue", orderNo: orderNo, body: Array(body.utf8)),
            attempt: 1, token: 1, leaseEnds: plain.leaseEnds, age: .zero, answersPlatform: true)
    }
}
