import TestSupport

extension FaultRun {
    /// Takes a safeguard out of one of the relays' SQL functions, in this run's database alone.
    func mutate(_ function: String, replacing safeguard: String, with replacement: String) async throws {
        let definition = try await psql(
            "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE oid::regproc::text = 'yizhan.\(function)'", on: database)
        let mutated = definition.replacing(safeguard, with: replacement)
        guard mutated != definition else {
            throw NothingToMutate(function: function, safeguard: safeguard)
        }
        try await psql(mutated, on: database)
    }
}

struct NothingToMutate: Error {
    let function: String
    let safeguard: String
}
