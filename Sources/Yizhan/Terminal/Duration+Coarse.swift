extension Duration {
    /// In its two greatest units, for people: `14s`, `3m20s`, `2h05m`, `3d04h`.
    var coarse: String {
        let seconds = components.seconds
        func text(_ unit: (size: Int64, name: String), _ next: (size: Int64, name: String)) -> String {
            let rest = seconds % unit.size / next.size
            return "\(seconds / unit.size)\(unit.name)\(rest < 10 ? "0" : "")\(rest)\(next.name)"
        }
        return switch seconds {
        case ..<60: "\(seconds)s"
        case ..<3_600: text((60, "m"), (1, "s"))
        case ..<86_400: text((3_600, "h"), (60, "m"))
        default: text((86_400, "d"), (3_600, "h"))
        }
    }
}
