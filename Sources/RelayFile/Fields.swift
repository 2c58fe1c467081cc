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
    func ifPresent<Result>(_ key: String, _ read: (Value) -> Result?) -> Result? {
        values[key].flatMap(read)
    }

    /// Reports the key if it is there.
    func refuse(_ key: String, because reason: String) {
        values[key]?.report(reason)
    }

    /// Empty where the key is not there.
    func items(_ key: String) -> [Value] {
        values[key]?.items() ?? []
    }
}
