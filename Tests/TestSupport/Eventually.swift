package import Testing

/// Waits until something has become true, and fails the test, at the caller's line, if it does not in time.
///
/// - Parameters:
///   - what: completes the sentence "it did not come true that …".
///   - pause: between two looks.
///   - condition: an error it throws ends the waiting.
nonisolated(nonsending)
    package func eventually(
        within limit: Duration = .seconds(10), pause: Duration = .milliseconds(20), _ what: String,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ condition: () async throws -> Bool
    ) async throws
{
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    while try await !condition() {
        let isInTime = clock.now < deadline
        try #require(
            isInTime, "it did not come true within \(limit) that \(what)", sourceLocation: sourceLocation)
        try await clock.sleep(for: pause)
    }
}
