import Logging
import RelayCore
import Testing

@testable import Reconciliation

struct ReconciledAppTests {
    private func app(every: Duration) throws -> ReconciledApp {
        var app = App(
            id: AppID(1), name: "alliance", merchant: "teahouse", platform: "meituan-alliance", appKey: "key",
            secret: Secret("secret"))
        app.alliance = AllianceSettings(reconcile: ReconcileSettings(every: every))
        return try #require(
            ReconciledApp(
                AppID(1), in: Directory(apps: [app]),
                logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }))
    }

    @Test func eachFailureDoublesThePauseUpToHalfAnHour() throws {
        let app = try app(every: .seconds(600))
        #expect(
            [0, 1, 2, 5, 6, 100].map { app.pause(afterFailures: $0) }
                == [30, 60, 120, 960, 1_800, 1_800].map { .seconds($0) })
    }

    @Test func whatIsAskedForOftenIsTriedAgainSoon() throws {
        #expect(try app(every: .seconds(1)).pause(afterFailures: 0) == .seconds(1))
    }

    @Test func anAppWithoutReconciliationIsNone() {
        #expect(
            ReconciledApp(
                AppID(1), in: Directory(), logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }) == nil)
    }
}
