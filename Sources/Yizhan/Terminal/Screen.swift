/// A terminal's window that shows the same thing again and again as it changes.
enum Screen {
    /// Forgets what the window showed before.
    static let clear = "\u{1B}[2J"

    /// What draws the lines over the last ones, to be written in one piece so that nothing flickers. Lines that are too
    /// long are cut by the terminal; lines that are too many by how many they are.
    ///
    /// - Parameter rows: of the window; nil where it is not known.
    static func frame(_ lines: [String], rows: Int?) -> String {
        var shown = lines
        // The cursor rests on the last row.
        if let rows, rows > 1, lines.count > rows - 1 {
            shown = lines.prefix(rows - 2) + ["… \(lines.count - rows + 2) more lines"]
        }
        let (home, endOfLine, below) = ("\u{1B}[H", "\u{1B}[K\n", "\u{1B}[J")
        let (cut, wrap) = ("\u{1B}[?7l", "\u{1B}[?7h")
        return cut + home + shown.map { $0 + endOfLine }.joined() + below + wrap
    }
}
