import RelayCore

/// From when on each endpoint's deliveries are looked for: what is before has ended, and to read past it would take the
/// longer the longer vacuum is kept from removing it.
struct DueFloors {
    /// What is to be asked of the database.
    struct Search {
        let endpoints: [EndpointID]
        /// Where to begin, for each endpoint; nil at the beginning.
        let floors: [Int64?]
        /// From the beginning although floors are known: this finds what was committed later than it should have been.
        let isSweep: Bool
        fileprivate let beganAt: ContinuousClock.Instant
    }

    /// A sweep may take this part of the time.
    private static let sweepShare = 50
    private static let longestPause = Duration.seconds(60)

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

    /// Nil while what is known will do. Once there is one, it is for all endpoints that are known.
    ///
    /// - Parameters:
    ///   - endpoints: those that are claimed for now.
    ///   - isSweepWanted: somebody may have committed late.
    func search(
        for endpoints: [EndpointID], at now: ContinuousClock.Instant, isSweepWanted: Bool = false
    ) -> Search? {
        let isAnyUnknown = endpoints.contains { floors[$0] == nil }
        let maySweep = nextSweep.map { $0 <= now } ?? true
        let isOld = searchedAt.map { now - $0 >= interval } ?? true
        guard isAnyUnknown || isOld || isSweepWanted && maySweep else { return nil }
        // What is not known takes as long as it takes: what is known is not looked for again at the same time.
        let isSweep = maySweep && !isAnyUnknown
        let all = Array(Set(endpoints).union(floors.keys))
        return Search(
            endpoints: all, floors: all.map { isSweep ? nil : floors[$0] }, isSweep: isSweep, beganAt: now)
    }

    mutating func note(_ found: [EndpointID: Int64], by search: Search, at now: ContinuousClock.Instant = .now) {
        floors.merge(found) { $1 }
        searchedAt = search.beganAt
        if search.isSweep { pauseSweeps(after: search, at: now) }
    }

    /// The longer one took, done or given up, the longer what is known has to do.
    mutating func pauseSweeps(after sweep: Search, at now: ContinuousClock.Instant = .now) {
        nextSweep = now + min((now - sweep.beganAt) * Self.sweepShare, Self.longestPause)
    }
}
