import Yams

/// A line and a column of the file, from 1; the column counts Unicode scalars.
struct Position: Hashable {
    static let start = Position(line: 1, column: 1)

    let line: Int
    let column: Int

    init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    init(_ mark: Mark) {
        self.init(line: max(mark.line, 1), column: max(mark.column, 1))
    }
}

extension Node {
    var position: Position { mark.map { Position($0) } ?? .start }
}
