/// Counts how often each key came. Of the keys beyond its capacity, the oldest are forgotten.
struct SightingCounter {
    private let capacity: Int
    private var counts: [String: Int] = [:]
    /// A ring, by the time of their first coming.
    private var keys: [String] = []
    private var oldest = 0

    init(capacity: Int) {
        precondition(capacity > 0, "there is room for at least one key")
        self.capacity = capacity
    }

    /// Returns 1 at the first time.
    mutating func count(_ key: String) -> Int {
        if let count = counts[key] {
            counts[key] = count + 1
            return count + 1
        }
        if keys.count < capacity {
            keys.append(key)
        } else {
            counts[keys[oldest]] = nil
            keys[oldest] = key
            oldest = (oldest + 1) % capacity
        }
        counts[key] = 1
        return 1
    }
}
