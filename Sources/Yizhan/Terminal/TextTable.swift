/// Rows with their columns one below the other, whatever they are written in.
enum TextTable {
    private static let gap = "  "

    static func lines(_ rows: [[String]]) -> [String] {
        lines(rows.map { $0.map { TableCell($0) } }, .none)
    }

    /// One line for each row. The last text of a row takes what room it needs.
    static func lines(_ rows: [[TableCell]], _ colours: Colours) -> [String] {
        var widths: [Int] = []
        for row in rows {
            for (column, cell) in row.enumerated() {
                let width = isOpen(column, of: row) ? 0 : DisplayWidth.columns(of: cell.text)
                if column < widths.count { widths[column] = max(widths[column], width) } else { widths.append(width) }
            }
        }
        return rows.map { row in
            row.enumerated().map { column, cell in
                let text = colours.paint(cell.text, cell.tone)
                if isOpen(column, of: row) { return text }
                let padding = String(repeating: " ", count: widths[column] - DisplayWidth.columns(of: cell.text))
                return switch cell.side {
                case .left: text + padding
                case .right: padding + text
                }
            }.joined(separator: gap)
        }
    }

    private static func isOpen(_ column: Int, of row: [TableCell]) -> Bool {
        column == row.count - 1 && row[column].side == .left
    }
}
