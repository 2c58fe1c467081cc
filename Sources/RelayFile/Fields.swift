import RelayCore

/// The values of one mapping by their keys. What is missing or cannot be read is reported, and gives nil.
struct Fields {
    private let values: [String: Value]
    private let owner: Value

    init(values: [String: Value], owner: Value) {
        self.values = values
        self.owner = owner
    }

    func has(_ key: String) -> Bool { values[key] != nil }

    func required<Result>(_ key: String, _ read: (Value) -> Result?) -> Result? {
        guard let value = values[key] else {
            owner.reading.report("is missing", at: owner.node.position, place: owner.place.key(key))
            return nil
        }
        return read(value)
    }

    /// nil only where the value cannot be read.
    func optional<Result>(_ key: String, default absent: Result, _ read: (Value) -> Result?) -> Result? {
        guard let value = values[key] else { return absent }
        return read(value)
    }

    /// nil also where the key is not there.
    @discardableResult
    func ifPresent<Result>(_ key: String, _ read: (Value) -> Result?) -> Result? {
        values[key].flatMap(read)
    }

    /// Reports keys that only other kinds of the thing have, with the kinds that have them.
    func refuseKeys(of kinds: [(name: String, keys: [String])], butThose own: [String]) {
        for (key, value) in values where !own.contains(key) {
            let owners = kinds.filter { $0.keys.contains(key) }.map(\.name)
            if !owners.isEmpty { value.report("belongs to \(owners.joined(separator: " or "))") }
        }
    }

    /// Empty where the key is not there.
    func items(_ key: String) -> [Value] {
        values[key]?.items() ?? []
    }
}
