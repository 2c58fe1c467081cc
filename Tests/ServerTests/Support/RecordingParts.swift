import RelayCore
import Synchronization

/// Remembers what it was given, and says what it was told to.
final class RecordingInbox: Inbox {
    typealias Answer = @Sendable (Submission) throws(InboxError) -> Acceptance

    private let answer: Answer
    private let taken = Mutex<[Submission]>([])
    private let overload = Atomic(false)

    init(_ answer: @escaping Answer = { (_) throws(InboxError) in .stored(isHeldHere: true) }) {
        self.answer = answer
    }

    var isOverloaded: Bool {
        get { overload.load(ordering: .relaxed) }
        set { overload.store(newValue, ordering: .relaxed) }
    }

    var submissions: [Submission] { taken.withLock { $0 } }

    func accept(_ submission: Submission, _ done: @escaping @Sendable (Result<Acceptance, InboxError>) -> Void) {
        taken.withLock { $0.append(submission) }
        do throws(InboxError) {
            done(.success(try answer(submission)))
        } catch {
            done(.failure(error))
        }
    }
}

/// Lanes in which only some endpoints have free slots.
struct FewLanes: Lanes {
    let free: [EndpointID]

    func takeSlot(of endpoint: EndpointID, weight: Int) -> LaneSlot? {
        free.contains(endpoint) ? LaneSlot(endpoint: endpoint, lease: .seconds(15)) : nil
    }

    func giveBack(_ slot: LaneSlot, isWanted: Bool) {}
    func begin(_ delivery: LeasedDelivery, in slot: LaneSlot) {}
    func takeOpenings() -> [LaneOpening] { [] }
    func close(_ opening: LaneOpening, used: Int) {}
}

final class RecordingOutcomes: Outcomes {
    private struct State {
        var expected: [DeliveryKey] = []
        var dismissed: [DeliveryKey] = []
        var asked: [DeliveryKey] = []
        var isHeldHere: [Bool] = []
    }

    private let state = Mutex(State())
    private let outcome: (state: OutcomeState, answer: [UInt8]?)?
    private let isOpenAgain: Result<Bool, InboxError>

    init(
        _ outcome: (state: OutcomeState, answer: [UInt8]?)? = nil,
        isOpenAgain: Result<Bool, InboxError> = .success(true)
    ) {
        self.outcome = outcome
        self.isOpenAgain = isOpenAgain
    }

    var asked: [DeliveryKey] { state.withLock { $0.asked } }
    var expected: [DeliveryKey] { state.withLock { $0.expected } }
    var isHeldHere: [Bool] { state.withLock { $0.isHeldHere } }
    /// Whether every delivery that was expected was dismissed.
    var isQuiet: Bool { state.withLock { $0.expected.sorted() == $0.dismissed.sorted() } }

    func expect(_ key: DeliveryKey) -> ExpectedOutcome {
        state.withLock { $0.expected.append(key) }
        return ExpectedOutcome(key: key)
    }

    func outcome(
        _ expected: ExpectedOutcome, isHeldHere: Bool, by deadline: ContinuousClock.Instant,
        _ done: @escaping @Sendable (Outcome?) -> Void
    ) {
        state.withLock { $0.isHeldHere.append(isHeldHere) }
        done(outcome.map { Outcome(key: expected.key, state: $0.state, answer: $0.answer) })
    }

    func dismiss(_ expected: ExpectedOutcome) {
        state.withLock { $0.dismissed.append(expected.key) }
    }

    func askAgain(_ key: DeliveryKey) async throws(InboxError) -> Bool {
        state.withLock { $0.asked.append(key) }
        return try isOpenAgain.get()
    }
}

/// A merchant's goods library that finds what it was told to.
struct RecordingLibrary: GoodsLibrary {
    var finding = GoodsFinding.unavailable

    func look(
        up inquiry: GoodsInquiry, at endpoint: Endpoint, of app: App, in directory: Directory
    ) async -> GoodsFinding {
        finding
    }
}

/// Remembers the keys that were announced, and says what it was told to.
final class RecordingKeys: CallbackKeys {
    typealias Answer = @Sendable (CallbackKeyNotice) throws(InboxError) -> CallbackKeyRing.Announcement

    private let answer: Answer
    private let announced = Mutex<[Secret]>([])

    init(
        _ answer: @escaping Answer = { (notice) throws(InboxError) in
            .current(announcedAtSeconds: notice.announcedAtSeconds)
        }
    ) {
        self.answer = answer
    }

    var keys: [Secret] { announced.withLock { $0 } }

    func announce(
        _ notice: CallbackKeyNotice, of app: App
    ) async throws(InboxError) -> CallbackKeyRing.Announcement {
        announced.withLock { $0.append(notice.key) }
        return try answer(notice)
    }
}

/// Remembers what was asked for, and says what it was told to.
final class RecordingAuthorizations: ShopAuthorizations {
    static let link = "https://meituan.com/auth?token=4f1c"

    private let error: ShopAuthorizationError?
    private let keeps: Bool
    private let done = Mutex<[String]>([])

    init(keeps: Bool = true, error: ShopAuthorizationError? = nil) {
        self.error = error
        self.keeps = keeps
    }

    var asked: [String] { done.withLock { $0 } }

    func request(
        _ shop: ShopID, merchant: String?, by requester: String
    ) async throws(ShopAuthorizationError) -> ShopAuthorization {
        try say("request \(shop) \(merchant ?? "-") \(requester)")
        return authorization(of: shop, merchant, requester)
    }

    func kept(_ shop: ShopID) async throws(ShopAuthorizationError) -> ShopAuthorization? {
        try say("kept \(shop)")
        return keeps ? authorization(of: shop, nil, "zhang") : nil
    }

    func forget(_ shop: ShopID, by requester: String) async throws(ShopAuthorizationError) -> Bool {
        try say("forget \(shop) \(requester)")
        return keeps
    }

    private func say(_ deed: String) throws(ShopAuthorizationError) {
        done.withLock { $0.append(deed) }
        if let error { throw error }
    }

    private func authorization(of shop: ShopID, _ merchant: String?, _ requester: String) -> ShopAuthorization {
        ShopAuthorization(
            shop: shop, merchant: merchant, link: Secret(Self.link), requestedBy: requester,
            requestedAt: Timestamp(unixMilliseconds: 1_700_000_000_000))
    }
}

/// Remembers the refused calls, up to as many as it was told to keep.
final class RecordingRejections: Rejections {
    private let limit: Int
    private let recorded = Mutex<[RefusedCall]>([])

    init(limit: Int = .max) {
        self.limit = limit
    }

    var calls: [RefusedCall] { recorded.withLock { $0 } }

    func record(_ call: () -> RefusedCall) {
        recorded.withLock { recorded in
            if recorded.count < limit { recorded.append(call()) }
        }
    }
}
