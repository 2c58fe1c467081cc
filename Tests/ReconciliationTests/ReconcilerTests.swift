import OutboundHTTP
import Platforms
import RelayCore
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import Reconciliation

@Suite(.timeLimit(.minutes(1))) struct ReconcilerTests {
    private let books = MemoryBooks()
    private let stored = StoredArrivals()

    private func app(_ number: Int32, port: Int) -> App {
        var app = App(
            id: AppID(number), name: "alliance-\(number)", merchant: "teahouse", platform: "meituan-alliance",
            appKey: "mtkey", secret: Secret("secret"))
        app.alliance = AllianceSettings(
            baseURL: "http://127.0.0.1:\(port)", reconcile: ReconcileSettings(every: .seconds(1), types: [4]))
        return app
    }

    private func whileReconciling(
        _ apps: [App], _ body: () async throws -> Void
    ) async throws {
        let stored = stored
        let directory = Directory(apps: apps, allowedPrivateNetworks: ["127.0.0.0/8"])
        let reconciler = Reconciler(
            client: OrderListClient(outside: try .loopback(), unixMilliseconds: { 1_732_240_000_000 }), polls: books,
            ledger: books, directory: { directory },
            store: { arrival, _ throws(InboxError) in try stored.add(arrival) }, logger: .silent)
        let group = ServiceGroup(configuration: .init(services: [reconciler], logger: .silent))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await body()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    private static func page(_ orders: Range<Int>, total: Int, title: String = "券") -> LoopbackPeer.Answer {
        let rows = orders.map { #"{"orderid":"A\#($0)","status":1,"smstitle":"\#(title)"}"# }
        return .text(#"{"dataList":[\#(rows.joined(separator: ","))],"total":\#(total)}"#)
    }

    @Test func everyPageIsStoredAndSavedBeforeTheNextIsAskedFor() async throws {
        try await LoopbackPeer.with { _, number in
            switch number {
            case 1: Self.page(0..<100, total: 250)
            case 2: Self.page(100..<200, total: 250)
            default: Self.page(200..<250, total: 250)
            }
        } _: { peer, port in
            try await whileReconciling([app(1, port: port)]) {
                try await eventually(within: .seconds(20), "the first app is done, and the next pause begins") {
                    books.memory.completed[AppID(1)] == 1 && !books.memory.pauses.isEmpty
                }
            }
            #expect(stored.all == Set((0..<250).map { "A\($0)" }))
            #expect(books.memory.saved.map { $0.window?.page } == [2, 3, nil])
            #expect(books.memory.saved.last?.coveredUntil == 1_732_240_000)
            #expect(books.memory.calls == 3 && peer.calls.count == 3)
            #expect(books.memory.pauses == [nil])
        }
    }

    @Test func anAnswerThatIsTooLargeIsAskedForInSmallerPages() async throws {
        let title = String(repeating: "长", count: 300)
        try await LoopbackPeer.with { call, _ in
            let query = call.target.split(separator: "&")
            func number(_ name: String) -> Int {
                query.first { $0.hasPrefix("\(name)=") }.flatMap { Int($0.dropFirst(name.count + 1)) } ?? 0
            }
            let first = (number("page") - 1) * number("limit")
            return Self.page(first..<min(first + number("limit"), 120), total: 120, title: title)
        } _: { _, port in
            try await whileReconciling([app(1, port: port)]) {
                try await eventually(within: .seconds(20), "the app is done") { books.memory.completed[AppID(1)] == 1 }
            }
            #expect(stored.all == Set((0..<120).map { "A\($0)" }))
            #expect(books.memory.saved.first?.window?.limit == 50)
        }
    }

    @Test func aPageThatCannotBeStoredIsNotDone() async throws {
        try await LoopbackPeer.with { _, _ in
            Self.page(0..<3, total: 3)
        } _: { _, port in
            stored.isFull = true
            try await whileReconciling([app(1, port: port)]) {
                try await eventually(within: .seconds(20), "it pauses") { !books.memory.pauses.isEmpty }
            }
            #expect(books.memory.saved.isEmpty)
            #expect(books.memory.pauses == [.seconds(1)])
        }
    }

    @Test func aPlatformThatHangsHoldsUpNoOtherApp() async throws {
        try await LoopbackPeer.with { _, _ in
            try await .never()
        } _: { hanging, hangingPort in
            try await LoopbackPeer.with { _, _ in
                Self.page(0..<3, total: 3)
            } _: { _, port in
                try await whileReconciling([app(1, port: hangingPort), app(2, port: port)]) {
                    try await eventually(within: .seconds(20), "the other app is done") {
                        books.memory.completed[AppID(2)] == 1 && !hanging.calls.isEmpty
                    }
                }
            }
            // Told to stop, it did not wait for the answer: given back, and no failure.
            #expect(books.memory.isLeased.isEmpty)
            #expect(books.memory.pauses == [nil, nil])
        }
    }

    @Test func whatThePlatformSaysOfItsQuotaEndsTheCalls() async throws {
        try await LoopbackPeer.with { _, _ in
            .text("", status: 429)
        } _: { peer, port in
            try await whileReconciling([app(1, port: port)]) {
                try await eventually(within: .seconds(20), "the quota is used up, and it pauses") {
                    books.memory.isUsedUp && !books.memory.pauses.isEmpty
                }
            }
            #expect(peer.calls.count == 1)
            #expect(books.memory.pauses == [nil])
        }
    }
}

/// The orders that the reconciler has stored.
private final class StoredArrivals: Sendable {
    private let state = Mutex((orders: Set<String>(), isFull: false))

    var all: Set<String> { state.withLock { $0.orders } }

    var isFull: Bool {
        get { state.withLock { $0.isFull } }
        set { state.withLock { $0.isFull = newValue } }
    }

    func add(_ arrival: Arrival) throws(InboxError) -> Bool {
        let isNew: Bool? = state.withLock { $0.isFull ? nil : $0.orders.insert(arrival.orderNo).inserted }
        guard let isNew else { throw .full }
        return isNew
    }
}
