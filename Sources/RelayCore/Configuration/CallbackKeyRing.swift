/// The keys with which a platform may sign its calls at present: the current one, and earlier ones for a grace period.
package struct CallbackKeyRing: Hashable, Sendable {
    package struct Key: Hashable, Sendable {
        package var secret: Secret
        /// When the platform announced it, by its own clock; nil where `relay.yaml` told it.
        package var announcedAtSeconds: Int64?
        /// Unix time; nil for the current key.
        package var validUntilMilliseconds: Int64?

        package init(secret: Secret, announcedAtSeconds: Int64? = nil, validUntilMilliseconds: Int64? = nil) {
            self.secret = secret
            self.announcedAtSeconds = announcedAtSeconds
            self.validUntilMilliseconds = validUntilMilliseconds
        }
    }

    package enum Announcement: Hashable, Sendable {
        /// `announcedAtSeconds`: when the key was announced for the first time.
        case current(announcedAtSeconds: Int64)
        /// A newer announcement is in force: this one is late, or played again.
        case outdated
    }

    /// The newest first.
    package private(set) var keys: [Key]

    package init(_ keys: [Key] = []) {
        self.keys = keys
    }

    package func usable(atUnixMilliseconds now: Int64) -> [Secret] {
        keys.filter { $0.validUntilMilliseconds.map { now < $0 } ?? true }.map(\.secret)
    }

    package mutating func announce(
        _ secret: Secret, atSeconds announcedAt: Int64, grace: Duration, nowUnixMilliseconds now: Int64
    ) -> Announcement {
        if let current = keys.first, current.secret == secret {
            let first = current.announcedAtSeconds ?? announcedAt
            keys[0].announcedAtSeconds = first
            return .current(announcedAtSeconds: first)
        }
        if let latest = keys.compactMap(\.announcedAtSeconds).max(), announcedAt <= latest { return .outdated }
        replaceCurrent(by: Key(secret: secret, announcedAtSeconds: announcedAt), grace: grace, now)
        return .current(announcedAtSeconds: announcedAt)
    }

    /// A key that stands in `relay.yaml` and did not stand there before.
    package mutating func declare(_ secret: Secret, grace: Duration, nowUnixMilliseconds now: Int64) {
        guard keys.first?.secret != secret else { return }
        replaceCurrent(by: Key(secret: secret), grace: grace, now)
    }

    private mutating func replaceCurrent(by key: Key, grace: Duration, _ now: Int64) {
        keys.removeAll { $0.secret == key.secret || $0.validUntilMilliseconds.map { $0 <= now } ?? false }
        let end = now + Int64(grace / .milliseconds(1))
        for index in keys.indices where keys[index].validUntilMilliseconds == nil {
            keys[index].validUntilMilliseconds = end
        }
        keys.insert(key, at: 0)
    }
}
