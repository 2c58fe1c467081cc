/// How long a token is used after it was received.
package struct AccessTokenLife: Hashable, Sendable {
    /// Beyond it no token is used, whatever the platform says of it.
    package static let longest = Duration.seconds(7 * 86_400)
    /// With less left when it comes, a token looks expired.
    package static let shortest = Duration.seconds(1)
    /// How long a token is trusted that looks expired when it comes: one of the two clocks is wrong, and renewing it
    /// again and again would not set it right.
    package static let trusted = Duration.seconds(600)

    package let usableFor: Duration
    /// It looked expired when it came.
    package let isSkewed: Bool

    package init(expiresAtUnixMilliseconds expiry: Int64, receivedAtUnixMilliseconds now: Int64) {
        let (left, isOverflow) = expiry.subtractingReportingOverflow(now)
        isSkewed = isOverflow ? expiry < now : .milliseconds(left) < Self.shortest
        usableFor = isSkewed ? Self.trusted : isOverflow ? Self.longest : min(.milliseconds(left), Self.longest)
    }

    /// Renewed when nine tenths of its life are over, a token is not missed by anybody.
    package var renewedAfter: Duration { usableFor * 9 / 10 }
}
