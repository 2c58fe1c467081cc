/// How many columns of a terminal a text takes: two for a Chinese character, none for a combining mark.
enum DisplayWidth {
    static func columns(of text: String) -> Int {
        text.reduce(0) { $0 + columns(of: $1) }
    }

    private static func columns(of character: Character) -> Int {
        let scalars = character.unicodeScalars
        // The selector asks for the picture of what would otherwise be a narrow sign.
        if scalars.count > 1, scalars.contains("\u{FE0F}") { return 2 }
        return scalars.first.map { columns(of: $0) } ?? 0
    }

    private static func columns(of scalar: Unicode.Scalar) -> Int {
        // Most text is ASCII, and asking for its properties costs more than all the rest.
        if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7F ? 0 : 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .control, .format: return 0
        default: break
        }
        let isWide = scalar.properties.isEmojiPresentation || wide.contains { $0.contains(scalar.value) }
        return isWide ? 2 : 1
    }

    /// The blocks that Unicode's EastAsianWidth.txt has as wide or full-width.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
        0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x17000...0x18AFF,
        0x1B000...0x1B2FF, 0x20000...0x3FFFD,
    ]
}
