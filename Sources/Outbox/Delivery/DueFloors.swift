import RelayCore

/// From when on each endpoint's deliveries are looked for: what is before has ended, and to read past it would take the
/// longer the longer vacuum is kept from removing it.
struct DueFloors {
    /// What is to be asked of the database.
    struct Search {
        /// From the beginning, which finds also what was committed later than it should have been.
        let isSweep: Bool
        fileprivate let beganAt: ContinuousClock.Instant
    }

    /// A sweep may take this part of the time.
    private static let sweepShare = 50

    private let interval: Duration
    /// Unix time in microseconds.
    private var floors: [EndpointID: Int64] = [:]
    private var searchedAt: ContinuousClock.Instant?
    private var nextSweep: ContinuousClock.Instant?

    init(interval: Duration) {
        self.interval = interval
    }

    /// Nil where it is not known.
    subscript(endpoint: EndpointID) -> Int64? {
        floors[endpoint]
    }

    /// Nil while what is known will do.
    func search(at now: ContinuousClock.Instant) -> Search? {
        if let searchedAt, now - searchedAt < interval { return nil }
        return Search(isSweep: nextSweep.map { $0 <= now } ?? true, beganAt: now)
    }

    mutating func note(
        _ found: [EndpointID: Int64], by search: Search, at now: ContinuousClock.Instant = .now
    ) {
        floors.merge(found) { $1 }
        searchedAt = search.beganAt
        if search.isSweep { nextSweep = now + (now - search.beganAt) * Self.sweepShare }
    }
}
