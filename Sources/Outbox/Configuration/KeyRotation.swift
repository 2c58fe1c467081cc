import PostgreSQL

/// Seals anew, with the first master key, what another one has sealed.
///
/// Nothing is kept of how far it has got: each value says which key it needs. So it may be killed at any moment, and
/// goes on where it was when it is run again.
package struct KeyRotation: Sendable {
    package struct Report: Sendable {
        package var resealed = 0
        /// What stays as it was, and why.
        package var unopened: [SealError] = []
    }

    private struct Batch: Sendable {
        var report = Report()
        /// Nil: there are no more rows.
        var last: [String]?
        /// Somebody else was quicker, with a key that may be the old one.
        var isContested = false
    }

    private let store: ConfigurationStore
    private let batchSize: Int

    /// - Parameter batchSize: how many values one transaction seals anew.
    package init(store: ConfigurationStore, batchSize: Int = 100) {
        self.store = store
        self.batchSize = batchSize
    }

    /// - Parameter progress: is told how many are done, after each batch.
    package func run(progress: (_ resealed: Int) -> Void = { _ in }) async throws -> Report {
        try await forgetRemoved()
        var report = Report()
        var isContested = true
        while isContested {
            isContested = false
            report.unopened = []
            for column in SealedColumn.all {
                var last: [String]? = column.start
                while let start = last {
                    let batch = try await reseal(column, after: start)
                    report.resealed += batch.report.resealed
                    report.unopened += batch.report.unopened
                    isContested = isContested || batch.isContested
                    last = batch.last
                    progress(report.resealed)
                }
            }
        }
        return report
    }

    private func reseal(_ column: SealedColumn, after start: [String]) async throws -> Batch {
        let box = store.box
        return try await store.transaction(.readCommitted) { [batchSize] connection in
            // First, as apply does: whoever changes more than one of the rows locks the configuration's before them.
            try await connection.query("SELECT c.version FROM yizhan.configuration AS c FOR UPDATE")
            let outdated = try await column.outdated(
                besides: box.firstKey, after: start, limit: batchSize, on: connection)
            var batch = Batch(last: outdated.count < batchSize ? nil : outdated.last?.key)
            var replacements: [(before: SealedColumn.Value, sealed: [UInt8])] = []
            for value in outdated {
                let place = column.place(value.key)
                do throws(SealError) {
                    replacements.append((value, try box.seal(box.open(value.sealed, for: place), for: place)))
                } catch {
                    batch.report.unopened.append(error)
                }
            }
            guard !replacements.isEmpty else { return batch }
            batch.report.resealed = try await column.replace(replacements, sealedWith: box.firstKey, on: connection)
            batch.isContested = batch.report.resealed < replacements.count
            return batch
        }
    }

    /// Where a person has marked a row as removed, its secrets are of no more use: apply brings it back with new ones.
    private func forgetRemoved() async throws {
        try await store.transaction(.readCommitted) { connection in
            try await connection.query("SELECT c.version FROM yizhan.configuration AS c FOR UPDATE")
            try await connection.query(
                "UPDATE yizhan.app AS a SET sealed_secrets = '' WHERE a.removed_at IS NOT NULL AND a.sealed_secrets <> ''"
            )
            try await connection.query(
                """
                UPDATE yizhan.endpoint AS e SET sealed_secrets = ''
                WHERE e.removed_at IS NOT NULL AND e.sealed_secrets <> ''
                """)
        }
    }
}
