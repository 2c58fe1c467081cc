import Platforms
import RelayCore
import Testing

@testable import Server

/// Meituan Alliance's address: one for probes, for pushes, and for new keys.
@Suite struct CallbackAddressTests {
    private static let path = "/in/teahouse-alliance/callback"
    private static let taken = #"{"errcode":"0","errmsg":"ok"}"#

    private func form(_ pairs: [FormBody.Pair], secret: Secret) throws -> String {
        String(decoding: try AllianceSignature.signedForm(pairs, secret: secret), as: UTF8.self)
    }

    private func notice(_ key: String = "new-key", at seconds: Int = 1_700_000_000) throws -> String {
        try form(
            [(name: "key", value: "mt-key"), (name: "callbackKey", value: key), (name: "ts", value: "\(seconds)")],
            secret: union.secret)
    }

    @Test func aProbeNeedsNoContentTypeAndHearsTheExactAnswer() async throws {
        try await RunningServer.run { server in
            try await server.connect { connection in
                try await connection.send("GET \(Self.path) HTTP/1.1\r\nHost: relay\r\n\r\n")
                let answer = try await connection.answer()
                #expect(answer.status == 200 && answer.body == Self.taken)
                #expect(server.inbox.submissions.isEmpty && server.refusals.isEmpty)
            }
        }
    }

    @Test func aPushIsAnsweredOnceItIsStoredWhateverTheMerchantSays() async throws {
        let outcomes = RecordingOutcomes((.refused, Array("the merchant's".utf8)))
        try await RunningServer.run(outcomes: outcomes) { server in
            try await server.connect { connection in
                let push = try form(
                    [(name: "orderid", value: "7"), (name: "status", value: "1")], secret: Secret("callback-key"))
                let answer = try await connection.post(Self.path, push)
                #expect(answer.status == 200 && answer.body == Self.taken)
                let submission = try #require(server.inbox.submissions.first)
                #expect(submission.arrival.type == "order.paid")
                #expect(submission.deliveries.map(\.isOrdered) == [true])
                #expect(outcomes.expected.isEmpty)
            }
        }
    }

    @Test func anAnnouncedKeyIsKeptBeforeItsEventIsStored() async throws {
        let keys = RecordingKeys { (_) throws(InboxError) in .current(announcedAtSeconds: 123) }
        try await RunningServer.run(keys: keys) { server in
            try await server.connect { connection in
                let answer = try await connection.post(Self.path, try notice())
                // No route of the app takes keys' events, and that is no refusal.
                #expect(answer.status == 200 && answer.body == Self.taken)
                #expect(keys.keys == [Secret("new-key")])
                #expect(server.refusals.isEmpty)
                #expect(server.log.all.allSatisfy { !$0.contains("new-key") })
            }
        }
    }

    @Test func aKeyThatCannotBeKeptIs503AndAnOutdatedOneIsRefused() async throws {
        let answers: [(Result<CallbackKeyRing.Announcement, InboxError>, status: Int)] = [
            (.failure(.unavailable), 503), (.success(.outdated), 200),
        ]
        for (result, status) in answers {
            let keys = RecordingKeys { (_) throws(InboxError) in try result.get() }
            try await RunningServer.run(keys: keys) { server in
                try await server.connect { connection in
                    let answer = try await connection.post(Self.path, try notice())
                    #expect(answer.status == status)
                    #expect(try JSON(parsing: Array(answer.body.utf8))["errcode"] == "1")
                    #expect((answer.headers["retry-after"] != nil) == (status == 503))
                    #expect(server.inbox.submissions.isEmpty)
                }
            }
        }
    }
}
