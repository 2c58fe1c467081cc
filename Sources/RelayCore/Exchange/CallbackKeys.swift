/// A platform's word that it signs with another key from now on. The signature of the notice itself is right.
package struct CallbackKeyNotice: Sendable {
    package let key: Secret
    /// Unix time of the platform's clock.
    package let announcedAtSeconds: Int64
    /// What merchants hear of it. Holds nothing of the key.
    package let arrival: Arrival

    package init(key: Secret, announcedAtSeconds: Int64, arrival: Arrival) {
        self.key = key
        self.announcedAtSeconds = announcedAtSeconds
        self.arrival = arrival
    }
}

/// Keeps the keys that platforms announce.
package protocol CallbackKeys: Sendable {
    /// Returns once the key is stored and this relay takes calls signed with it. Announced again, a key that is current
    /// changes nothing.
    func announce(_ notice: CallbackKeyNotice, of app: App) async throws(InboxError) -> CallbackKeyRing.Announcement
}
