import Platforms
import RelayCore
import Testing

@testable import Server

@Suite struct IntakeTests {
    private static let kept = Array("kept".utf8)
    private let key = DeliveryKey(event: EventID(bits: 7), endpoint: erp)

    /// Waits for no outcome.
    private var hasty: App {
        var app = teahouse
        app.settings.reply.wait = .zero
        return app
    }

    private func arrival(goods: String = "zp_1", type: String = "goods.issue") -> Arrival {
        Arrival(type: type, orderNo: "order-1", goodsCode: goods, body: [], fingerprint: [])
    }

    private func take(
        _ arrival: Arrival, inbox: RecordingInbox, outcomes: RecordingOutcomes, free: [EndpointID] = [],
        app: App = teahouse, awaitsOutcome: Bool = true
    ) async throws -> Reply {
        let intake = Intake(
            inbox: inbox, lanes: FewLanes(free: free), outcomes: outcomes,
            ids: EventIDSource(clock: { 1_700_000_000_000 }), logger: LogLines().logger)
        let reply = await intake.take(arrival, of: app, awaitsOutcome: awaitsOutcome, in: try directory())
        #expect(outcomes.isQuiet, "every expected outcome was dismissed")
        return reply
    }

    private func known(
        _ state: OutcomeState?, answer: [UInt8]? = nil, hasSameContent: Bool = true, outcomes: RecordingOutcomes
    ) async throws -> Reply {
        let key = key
        let inbox = RecordingInbox { (_) throws(InboxError) in
            .known(
                KnownEvent(
                    reply: key, hasSameContent: hasSameContent,
                    outcome: state.map { Outcome(key: key, state: $0, answer: answer) }))
        }
        return try await take(arrival(), inbox: inbox, outcomes: outcomes)
    }

    @Test func aSlotIsTakenForTheReplyAndForEachCopyOnce() async throws {
        let inbox = RecordingInbox()
        _ = try await take(arrival(), inbox: inbox, outcomes: RecordingOutcomes(), free: [erp])
        let submission = try #require(inbox.submissions.first)
        #expect(submission.replyEndpoint == erp)
        #expect(submission.deliveries.map(\.endpoint) == [erp, audit])
        #expect(submission.deliveries.map { $0.slot?.endpoint } == [erp, nil])
        #expect(submission.deliveries.map(\.isOrdered) == [true, false])
    }

    @Test(arguments: [("vip_1", special), ("zp_1", erp), ("zp_2", erp)])
    func theFirstRouteThatMatchesWins(goods: String, endpoint: EndpointID) async throws {
        let inbox = RecordingInbox()
        _ = try await take(arrival(goods: goods), inbox: inbox, outcomes: RecordingOutcomes())
        #expect(inbox.submissions.map(\.replyEndpoint) == [endpoint])
    }

    @Test func anOrderOfItsOwnOrderingIsOrderedEverywhere() async throws {
        let inbox = RecordingInbox()
        var ordered = arrival()
        ordered.isOrdered = true
        _ = try await take(ordered, inbox: inbox, outcomes: RecordingOutcomes())
        #expect(try #require(inbox.submissions.first).deliveries.map(\.isOrdered) == [true, true])
    }

    @Test func aPlatformThatWaitsForNobodyIsAnsweredOnceTheEventIsStored() async throws {
        let outcomes = RecordingOutcomes((.refused, Self.kept))
        let reply = try await take(arrival(), inbox: RecordingInbox(), outcomes: outcomes, awaitsOutcome: false)
        #expect(reply.told == "taken")
        #expect(outcomes.expected.isEmpty)

        let key = key
        for (hasSameContent, told) in [(true, "taken"), (false, "refused conflict")] {
            let inbox = RecordingInbox { (_) throws(InboxError) in
                .known(
                    KnownEvent(
                        reply: key, hasSameContent: hasSameContent,
                        outcome: Outcome(key: key, state: .exhausted, answer: nil)))
            }
            let reply = try await take(arrival(), inbox: inbox, outcomes: outcomes, awaitsOutcome: false)
            #expect(reply.told == told)
        }
        #expect(outcomes.asked.isEmpty, "what came again is not delivered again")

        let full = RecordingInbox { (_) throws(InboxError) in throw .full }
        #expect(try await take(arrival(), inbox: full, outcomes: outcomes, awaitsOutcome: false).told == "overloaded 2")
    }

    @Test func whatNoRouteMatchesIsRefusedAndNotStored() async throws {
        let inbox = RecordingInbox()
        let outcomes = RecordingOutcomes()
        let reply = try await take(arrival(goods: "vip_1", type: "order.paid"), inbox: inbox, outcomes: outcomes)
        #expect(reply.told == "refused no_route")
        #expect(inbox.submissions.isEmpty && outcomes.expected.isEmpty)
    }

    @Test(arguments: [true, false])
    func aStoredEventWaitsForTheOutcomeOfItsReply(isHeldHere: Bool) async throws {
        let inbox = RecordingInbox { (_) throws(InboxError) in .stored(isHeldHere: isHeldHere) }
        let outcomes = RecordingOutcomes((.delivered, Self.kept))
        let reply = try await take(arrival(), inbox: inbox, outcomes: outcomes)
        #expect(reply.told == "settled kept")
        let submission = try #require(inbox.submissions.first)
        #expect(outcomes.expected == [DeliveryKey(event: submission.id, endpoint: erp)])
        #expect(outcomes.isHeldHere == [isHeldHere])
    }

    @Test(
        arguments: [
            (OutcomeState.delivered, "settled kept"), (.refused, "settled kept"), (.exhausted, "pending"),
            (.expired, "pending"), (.cancelled, "cancelled"),
        ])
    func everyOutcomeHasItsReply(state: OutcomeState, told: String) async throws {
        let outcomes = RecordingOutcomes((state, Self.kept))
        #expect(try await take(arrival(), inbox: RecordingInbox(), outcomes: outcomes).told == told)
    }

    @Test func whoDoesNotWaitIsAnsweredOnceTheEventIsStoredAndListensForNothing() async throws {
        let outcomes = RecordingOutcomes((.delivered, Self.kept))
        #expect(try await take(arrival(), inbox: RecordingInbox(), outcomes: outcomes, app: hasty).told == "pending")
        #expect(outcomes.expected.isEmpty && outcomes.isHeldHere.isEmpty)
    }

    @Test func withoutAnOutcomeInTimeTheReplyIsPending() async throws {
        #expect(try await take(arrival(), inbox: RecordingInbox(), outcomes: RecordingOutcomes()).told == "pending")
    }

    @Test(
        arguments: [
            (OutcomeState.delivered, "settled kept"), (.refused, "settled kept"), (.cancelled, "cancelled"),
        ])
    func aRepeatOfWhatEndedHearsTheSameAgain(state: OutcomeState, told: String) async throws {
        let outcomes = RecordingOutcomes()
        #expect(try await known(state, answer: Self.kept, outcomes: outcomes).told == told)
        #expect(outcomes.asked.isEmpty && outcomes.isHeldHere.isEmpty)
    }

    @Test func aRepeatOfWhatIsOpenWaitsForTheFirstOnesOutcome() async throws {
        let outcomes = RecordingOutcomes((.delivered, Self.kept))
        #expect(try await known(nil, outcomes: outcomes).told == "settled kept")
        #expect(outcomes.expected.last == key && outcomes.isHeldHere == [false] && outcomes.asked.isEmpty)
    }

    @Test(arguments: [OutcomeState.exhausted, .expired])
    func aRepeatOfWhatDiedAsksOnceForItAgainAndWaits(state: OutcomeState) async throws {
        let outcomes = RecordingOutcomes((.delivered, Self.kept))
        #expect(try await known(state, outcomes: outcomes).told == "settled kept")
        #expect(outcomes.asked == [key] && outcomes.expected.last == key)

        let tooSoon = RecordingOutcomes((.delivered, Self.kept), isOpenAgain: .success(false))
        #expect(try await known(state, outcomes: tooSoon).told == "pending")
        #expect(tooSoon.asked == [key] && tooSoon.isHeldHere.isEmpty)

        let away = RecordingOutcomes(isOpenAgain: .failure(.unavailable))
        #expect(try await known(state, outcomes: away).told == "unavailable 2")
    }

    @Test func aRepeatWithOtherContentIsRefusedWhateverBecameOfTheFirst() async throws {
        for state in OutcomeState.allCases.map(Optional.some) + [nil] {
            let outcomes = RecordingOutcomes()
            #expect(try await known(state, hasSameContent: false, outcomes: outcomes).told == "refused conflict")
            #expect(outcomes.asked.isEmpty)
        }
    }

    @Test(
        arguments: [
            (InboxError.full, "overloaded 2"), (.unavailable, "unavailable 2"), (.unknown, "unavailable 2"),
        ])
    func whatIsNotStoredIsNeverAnsweredAsIfItWere(error: InboxError, told: String) async throws {
        let inbox = RecordingInbox { (_) throws(InboxError) in throw error }
        let outcomes = RecordingOutcomes((.delivered, Self.kept))
        for app in [teahouse, hasty] {
            #expect(try await take(arrival(), inbox: inbox, outcomes: outcomes, app: app).told == told)
        }
        #expect(outcomes.isHeldHere.isEmpty)
    }
}

extension Reply {
    fileprivate var told: String {
        switch self {
        case .settled(let answer): "settled \(String(decoding: answer, as: UTF8.self))"
        case .pending: "pending"
        case .taken: "taken"
        case .failed(.cancelled): "cancelled"
        case .failed(.refused(let refusal)): "refused \(refusal.reason.rawValue)"
        case .failed(.unavailable(let seconds)): "unavailable \(seconds)"
        case .failed(.overloaded(let seconds)): "overloaded \(seconds)"
        case .goods, .failed: "not the intake's"
        }
    }
}
