import RelayCore

/// The last answers of merchants' own goods libraries. Bounded: the oldest make room.
struct GoodsCache {
    /// An endpoint that is configured otherwise is another library.
    struct Key: Hashable {
        let app: AppID
        let endpoint: EndpointID
        let settings: EndpointSettings
        let inquiry: GoodsInquiry
    }

    struct Entry {
        let page: GoodsPage
        let since: ContinuousClock.Instant
        fileprivate let byteCount: Int
    }

    private let maximumEntries: Int
    private let maximumBytes: Int
    private let longestAge: Duration
    private var entries: [Key: Entry] = [:]
    private(set) var byteCount = 0

    init(maximumEntries: Int = 1_000, maximumBytes: Int = 8 << 20, longestAge: Duration = .seconds(86_400)) {
        self.maximumEntries = maximumEntries
        self.maximumBytes = maximumBytes
        self.longestAge = longestAge
    }

    var count: Int { entries.count }

    /// Nil also where what is kept is too old to be shown to anybody.
    func entry(for key: Key, at now: ContinuousClock.Instant) -> Entry? {
        entries[key].flatMap { now - $0.since <= longestAge ? $0 : nil }
    }

    mutating func keep(_ page: GoodsPage, for key: Key, at now: ContinuousClock.Instant) {
        forget(key)
        let entry = Entry(page: page, since: now, byteCount: Self.byteCount(of: page, key))
        entries[key] = entry
        byteCount += entry.byteCount
        while entries.count > maximumEntries || byteCount > maximumBytes { forgetOldest() }
    }

    mutating func forget(_ key: Key) {
        if let entry = entries.removeValue(forKey: key) { byteCount -= entry.byteCount }
    }

    private mutating func forgetOldest() {
        guard let oldest = entries.min(by: { $0.value.since < $1.value.since }) else { return }
        forget(oldest.key)
    }

    /// Its texts, and about what their places take.
    private static func byteCount(of page: GoodsPage, _ key: Key) -> Int {
        page.rows.reduce(512 + key.inquiry.name.utf8.count + key.inquiry.loginID.utf8.count) { sum, goods in
            sum + 96 + goods.code.utf8.count + goods.name.utf8.count + (goods.image?.utf8.count ?? 0)
        }
    }
}
