import TestSupport

extension FaultRun {
    /// Takes a safeguard out of one of the relays' SQL functions, in this run's database alone.
    ///
    /// - Parameter changes: texts of the function and what stands in their places.
    func mutate(_ function: String, _ changes: KeyValuePairs<String, String>) async throws {
        var definition = try await psql(
            "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE oid::regproc::text = 'yizhan.\(function)'", on: database)
        for (safeguard, replacement) in changes {
            let mutated = definition.replacing(safeguard, with: replacement)
            guard mutated != definition else {
                throw NothingToMutate(function: function, safeguard: safeguard)
            }
            definition = mutated
        }
        try await psql(definition, on: database)
    }
}

struct NothingToMutate: Error {
    let function: String
    let safeguard: String
}
