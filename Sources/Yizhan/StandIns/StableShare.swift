import Crypto

/// Where a key falls between 0 and 1, always the same: for whims that are not to change when the same comes again.
enum StableShare {
    static func of(_ key: [UInt8]) -> Double {
        let first = SHA256.hash(data: key).prefix(4).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Double(first) / 4_294_967_296
    }
}
