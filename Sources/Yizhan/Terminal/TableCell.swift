/// One field of a table.
struct TableCell: Hashable, Sendable, ExpressibleByStringInterpolation {
    enum Side: Hashable, Sendable {
        case left
        /// For numbers: their units come below each other.
        case right
    }

    let text: String
    var tone: Tone?
    var side = Side.left

    init(_ text: String, _ tone: Tone? = nil, side: Side = .left) {
        self.text = text
        self.tone = tone
        self.side = side
    }

    init(_ number: some BinaryInteger, _ tone: Tone? = nil) {
        self.init(String(number), tone, side: .right)
    }

    init(stringLiteral value: String) {
        self.init(value)
    }

    /// The heading of a column of numbers.
    static func right(_ text: String) -> TableCell {
        TableCell(text, side: .right)
    }
}
