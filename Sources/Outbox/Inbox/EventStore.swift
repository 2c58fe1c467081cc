import PostgreSQL
import RelayCore

/// The statements of the inbox, each with the reading of its rows.
struct EventStore: Sendable {
    let pool: PostgresPool
    let relay: Int32
    /// How long a statement may take before the connection is given up.
    let patience: Duration

    /// Commits events with their deliveries. What is not in the answer was known before.
    func store(_ submissions: [Submission]) async throws(PostgresError) -> StoredDeliveries {
        var rows = EventColumns()
        rows.reserve(submissions.count)
        for submission in submissions { rows.append(submission) }
        let answer = try await withOneRetry(
            """
            SELECT event_id, endpoint_id, leased
            FROM yizhan.store(
                $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
            """,
            [.int32(relay)] + rows.parameters)
        var stored = StoredDeliveries(capacity: answer.count)
        for index in 0..<answer.count {
            let row = answer[index]
            stored.insert(
                DeliveryKey(
                    event: EventID(bits: try row.uuid(0)), endpoint: EndpointID(try row.int32(1))),
                isLeased: try row.bool(2))
        }
        return stored
    }

    /// What is known of events, in the order asked; nil for one that is not there.
    func recall(_ submissions: [Submission]) async throws(PostgresError) -> [KnownEvent?] {
        let answer = try await withOneRetry(
            """
            SELECT place, event_id, reply_endpoint_id, same_content, state, answer
            FROM yizhan.recall($1, $2, $3, $4, $5)
            """,
            [
                .int32s(submissions.map(\.app.number)),
                .texts(submissions.map(\.arrival.orderNo)),
                .texts(submissions.map(\.arrival.dedupeKey)),
                .byteas(submissions.map(\.arrival.fingerprint)),
                .texts(submissions.map(\.arrival.knownPrefix)),
            ])
        var known = [KnownEvent?](repeating: nil, count: submissions.count)
        for index in 0..<answer.count {
            let row = answer[index]
            let key = DeliveryKey(event: EventID(bits: try row.uuid(1)), endpoint: EndpointID(try row.int32(2)))
            known[Int(try row.int64(0)) - 1] = KnownEvent(
                reply: key, hasSameContent: try row.bool(3), outcome: try Outcome(key, row, state: 4, answer: 5))
        }
        return known
    }

    /// Ends the leases of events whose commit was not answered: if they are stored, nobody attempts them here, and they
    /// would wait for the end of their leases.
    func giveBack(_ submissions: [Submission]) async throws(PostgresError) {
        var events: [UInt128] = []
        var endpoints: [Int32] = []
        for submission in submissions {
            for delivery in submission.deliveries where delivery.slot != nil {
                events.append(submission.id.bits)
                endpoints.append(delivery.endpoint.number)
            }
        }
        // Its first lease has token 1.
        try await pool.query(
            "SELECT FROM yizhan.give_back($1, $2, $3, $4, $5)",
            [
                .uuids(events), .int32s(endpoints), .int64s([Int64](repeating: 1, count: events.count)),
                .intervals([Duration](repeating: .zero, count: events.count)),
                .bools([Bool](repeating: false, count: events.count)),
            ],
            timeout: patience)
    }

    /// Throws while the database cannot be written to.
    func check() async throws(PostgresError) {
        try await pool.query("SELECT 1 FROM yizhan.configuration FOR KEY SHARE", timeout: patience)
    }

    /// Only what was undone: where the connection broke, the statement may have taken effect.
    private func withOneRetry(
        _ statement: PostgresStatement, _ parameters: [PostgresParameter]
    ) async throws(PostgresError) -> PostgresRows {
        do {
            return try await pool.query(statement, parameters, timeout: patience)
        } catch {
            guard error.isUndone else { throw error }
            return try await pool.query(statement, parameters, timeout: patience)
        }
    }
}

/// Which deliveries a commit has put into the outbox, and which of them are leased to this relay.
struct StoredDeliveries: Sendable {
    private var events: Set<EventID> = []
    private var leased: Set<DeliveryKey> = []

    init(capacity: Int) {
        events.reserveCapacity(capacity)
        leased.reserveCapacity(capacity)
    }

    mutating func insert(_ key: DeliveryKey, isLeased: Bool) {
        events.insert(key.event)
        if isLeased { leased.insert(key) }
    }

    func contains(_ event: EventID) -> Bool {
        events.contains(event)
    }

    func isLeased(_ key: DeliveryKey) -> Bool {
        leased.contains(key)
    }
}

extension Outcome {
    /// Nil for a delivery that is open.
    init?(_ key: DeliveryKey, _ row: PostgresRow, state: Int, answer: Int) throws(PostgresError) {
        guard let name = try row.optional.text(state) else { return nil }
        guard let known = OutcomeState(rawValue: name) else {
            throw .decoding(column: "state", expected: "an outcome's state", actual: name)
        }
        self.init(key: key, state: known, answer: try row.optional.bytes(answer))
    }
}
