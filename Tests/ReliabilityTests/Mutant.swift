import TestSupport
import Testing

/// Relays without one of their safeguards, and a play in which that does harm.
struct Mutant: Sendable {
    let name: String
    /// Which rule the safeguard serves.
    let rule: Violation.Rule
    var conduct: @Sendable (_ seed: UInt64) -> MerchantConduct = MerchantConducts.moody
    /// How long deliveries may take to end: many of a mutant's never do.
    var patience = Duration.seconds(3)
    let mutate: @Sendable (FaultRun) async throws -> Void
    var play: @Sendable (FaultRun) async throws -> Void = { try await Mutant.twoRelays($0) }

    /// Two relays, nothing killed.
    static func twoRelays(_ run: FaultRun) async throws {
        for _ in 0..<2 { try await run.fleet.start() }
        await run.load.send(orders: 100, perSecond: 80)
    }

    /// Takes its time for what is claimed.
    static let slowAtSecondVisit: MerchantConduct = { visit in
        visit.number == 1 ? .fail : .answer(status: 200, result: 0, after: .milliseconds(700))
    }
}

extension Mutant: CustomDebugStringConvertible {
    var debugDescription: String { name }
}

extension Mutant {
    static let all = stores + claims + settlements + operators

    private static let stores = [
        Mutant(name: "store without uniqueness", rule: .oneEvent) { run in
            try await run.psql(
                "ALTER TABLE yizhan.event DROP CONSTRAINT event_order_no_app_id_dedupe_key_key", on: run.database)
            try await run.mutate("store", ["ON CONFLICT (order_no, app_id, dedupe_key) DO NOTHING": ""])
        },
        Mutant(name: "store answers before a commit that fails", rule: .oneEvent) { run in
            try await run.mutate(
                "store",
                [
                    "RETURN QUERY\n    WITH stored": "BEGIN RETURN QUERY\n    WITH stored",
                    "o.lease_until IS NOT NULL;\nEND": """
                    o.lease_until IS NOT NULL;
                    IF random() < 0.1 THEN RAISE EXCEPTION 'undone'; END IF;
                    EXCEPTION WHEN raise_exception THEN NULL; END;
                    END
                    """,
                ])
        },
        Mutant(name: "store forgets deliveries", rule: .oneOutcome) { run in
            try await run.mutate(
                "store", ["FROM delivery AS d\n    RETURNING": "FROM delivery AS d WHERE random() < 0.9 RETURNING"])
        },
        Mutant(name: "repeats with other fields are taken", rule: .contentIsKept) { run in
            try await run.mutate("recall", ["e.dedupe_key <> i.dedupe_key OR e.fingerprint = i.fingerprint": "true"])
        },
    ]

    private static let claims = [
        Mutant(name: "lease shorter than the call", rule: .oneAttemptAtATime, conduct: { _ in slowAtSecondVisit }) {
            run in
            try await run.mutate(
                "claim", ["clock_timestamp() + lease": "clock_timestamp() + interval '200 milliseconds'"])
        },
        Mutant(name: "claim ignores leases", rule: .oneAttemptAtATime, conduct: { _ in slowAtSecondVisit }) { run in
            try await run.mutate(
                "claim", ["AND (q.lease_until IS NULL OR q.lease_until < clock_timestamp())": ""])
        },
        Mutant(
            name: "claim does not count attempts", rule: .scheduleIsKept,
            conduct: { _ in { _ in .fail } }, patience: .seconds(14),
            mutate: { run in try await run.mutate("claim", ["attempt = o.attempt + 1": "attempt = o.attempt"]) },
            play: { run in
                try await run.fleet.start()
                await run.load.send(orders: 5, perSecond: 50)
            }),
        Mutant(
            name: "order ignored", rule: .orderIsKept, conduct: { _ in MerchantConducts.accepting },
            mutate: { run in
                try await run.mutate("store", ["WHEN NOT f.ordered THEN f.lease": "WHEN true THEN f.lease"])
                try await run.mutate("claim", ["q.order_key IS NULL OR NOT EXISTS": "true OR NOT EXISTS"])
            }, play: UnevenLink.play),
    ]

    private static let settlements = [
        Mutant(
            name: "settle without the token", rule: .newestLeaseSettles, conduct: { _ in PausedRelay.slowYesThenNo },
            mutate: { run in try await run.mutate("settle", [" AND o.token = i.token": ""]) },
            play: PausedRelay.play),
        Mutant(
            name: "reschedule without the token", rule: .newestLeaseSettles,
            conduct: { _ in PausedRelay.slowNoThenYes },
            mutate: { run in try await run.mutate("reschedule", [" AND o.token = i.token": ""]) },
            play: PausedRelay.play),
        Mutant(name: "settle loses outcomes", rule: .oneOutcome) { run in
            try await run.mutate(
                "settle",
                [
                    "e.warning, e.requeued_at\n        FROM ended AS e\n": """
                    e.warning, e.requeued_at
                    FROM ended AS e WHERE random() < 0.9

                    """
                ])
        },
        Mutant(name: "settle takes every answer for a yes", rule: .outcomeIsAnswered) { run in
            try await run.mutate("settle", ["o.app_id, i.state,": "o.app_id, 'delivered'::text AS state,"])
        },
    ]

    private static let operators = [
        Mutant(
            name: "cancel leaves the delivery open", rule: .cancelHolds, patience: .seconds(8),
            mutate: { run in
                try await run.mutate(
                    "cancel",
                    [
                        "DELETE FROM yizhan.outbox AS q\n        USING": "SELECT q.* FROM yizhan.outbox AS q,",
                        "q.event_id = e.id\n        RETURNING q.*": "q.event_id = e.id",
                    ])
            }, play: Interference.play),
        Mutant(
            name: "requeue gives a token out again", rule: .newestLeaseSettles,
            mutate: { run in try await run.mutate("reopen", ["0, s.token + 1,": "0, s.token - 1,"]) },
            play: Interference.play),
    ]
}
