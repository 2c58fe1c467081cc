/// Which events are left out: a share of them, by chance, and the same ones whenever the seed is the same.
struct DropPlan: Sendable {
    /// From 0 to 1.
    let share: Double
    let seed: UInt64

    /// - Parameter event: from 0.
    func drops(_ event: Int) -> Bool {
        // SplitMix64: one step of it mixes a counter well enough.
        var bits = seed &+ UInt64(event + 1) &* 0x9E37_79B9_7F4A_7C15
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        bits ^= bits >> 31
        return Double(bits >> 11) / Double(UInt64(1) << 53) < share
    }
}
