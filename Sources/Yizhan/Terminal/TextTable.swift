/// Rows with their columns one below the other, whatever they are written in.
enum TextTable {
    private static let gap = "  "

    /// One line for each row. The last column of a row takes what room it needs.
    static func lines(_ rows: [[String]]) -> [String] {
        var widths: [Int] = []
        for row in rows {
            for (column, text) in row.dropLast().enumerated() {
                let width = DisplayWidth.columns(of: text)
                if column < widths.count { widths[column] = max(widths[column], width) } else { widths.append(width) }
            }
        }
        return rows.map { row in
            row.enumerated().map { column, text in
                if column == row.count - 1 { return text }
                return text + String(repeating: " ", count: widths[column] - DisplayWidth.columns(of: text))
            }.joined(separator: gap)
        }
    }
}
