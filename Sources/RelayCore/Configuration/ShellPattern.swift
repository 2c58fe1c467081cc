/// A shell pattern that a whole text either matches or not: `*`, `?`, `[a-z]`, `[!a-z]`, and `\` before a character
/// that is meant as it is. A character is a Unicode scalar; `/` and a leading dot are characters like all others.
package struct ShellPattern: Hashable, Sendable {
    private enum Plan: Hashable {
        case everything
        case literal(String)
        case pieces([Piece])
    }

    private let text: String
    private let plan: Plan

    package init(_ text: String) throws(ShellPatternError) {
        var parser = ShellPatternParser(text)
        let pieces = try parser.parse()
        self.text = text
        if pieces == [.anyRun] {
            plan = .everything
        } else if let literal = Self.literal(of: pieces) {
            plan = .literal(literal)
        } else {
            plan = .pieces(pieces)
        }
    }

    package func matches(_ text: String) -> Bool {
        switch plan {
        case .everything: true
        case .literal(let literal): literal.utf8.elementsEqual(text.utf8)
        case .pieces(let pieces): Self.matches(pieces, text.unicodeScalars)
        }
    }

    private static func literal(of pieces: [Piece]) -> String? {
        var literal = String.UnicodeScalarView()
        for piece in pieces {
            guard case .scalar(let scalar) = piece else { return nil }
            literal.append(scalar)
        }
        return String(literal)
    }

    /// Where the text does not go on, only the latest `*` may take one scalar more: what an earlier one could take
    /// besides is of no use to the pieces after the latest. So the work is at most pieces times scalars.
    private static func matches(_ pieces: [Piece], _ text: String.UnicodeScalarView) -> Bool {
        var piece = 0
        var position = text.startIndex
        var afterLatestRun: (piece: Int, position: String.Index)?

        while position < text.endIndex {
            if piece < pieces.count, pieces[piece] == .anyRun {
                piece += 1
                afterLatestRun = (piece, position)
            } else if piece < pieces.count, pieces[piece].matches(text[position]) {
                piece += 1
                text.formIndex(after: &position)
            } else if let latest = afterLatestRun {
                position = text.index(after: latest.position)
                piece = latest.piece
                afterLatestRun = (piece, position)
            } else {
                return false
            }
        }
        return pieces[piece...].allSatisfy { $0 == .anyRun }
    }
}

extension ShellPattern: CustomStringConvertible {
    package var description: String { text }
}

/// Positions count characters from 1.
package enum ShellPatternError: Error, Hashable {
    case unclosedSet(position: Int)
    case backwardRange(position: Int)
    case nothingAfterBackslash(position: Int)
}

extension ShellPatternError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unclosedSet(let position): "the [ at character \(position) of the pattern has no ] (write \\[ for itself)"
        case .backwardRange(let position): "the range at character \(position) of the pattern ends before it starts"
        case .nothingAfterBackslash(let position):
            "the \\ at character \(position) of the pattern has nothing after it (write \\\\ for itself)"
        }
    }
}

private enum Piece: Hashable {
    case scalar(Unicode.Scalar)
    case anyScalar
    case anyRun
    case set([ClosedRange<Unicode.Scalar>], isNegated: Bool)

    /// Whether it takes this one scalar; `.anyRun` is the matcher's own business.
    func matches(_ scalar: Unicode.Scalar) -> Bool {
        switch self {
        case .scalar(let own): own == scalar
        case .anyScalar: true
        case .anyRun: false
        case .set(let ranges, let isNegated): ranges.contains { $0.contains(scalar) } != isNegated
        }
    }
}

private struct ShellPatternParser {
    private let scalars: [Unicode.Scalar]
    private var next = 0

    init(_ text: String) {
        scalars = Array(text.unicodeScalars)
    }

    mutating func parse() throws(ShellPatternError) -> [Piece] {
        var pieces: [Piece] = []
        while next < scalars.count {
            switch scalars[next] {
            case "*":
                next += 1
                if pieces.last != .anyRun { pieces.append(.anyRun) }
            case "?":
                next += 1
                pieces.append(.anyScalar)
            case "[":
                pieces.append(try parseSet())
            default:
                pieces.append(.scalar(try parseScalar()))
            }
        }
        return pieces
    }

    /// A `]` that comes first is a member of the set, and so is a `-` at either end.
    private mutating func parseSet() throws(ShellPatternError) -> Piece {
        let start = next
        next += 1
        let isNegated = next < scalars.count && scalars[next] == "!"
        if isNegated { next += 1 }

        var ranges: [ClosedRange<Unicode.Scalar>] = []
        while next < scalars.count {
            if scalars[next] == "]", !ranges.isEmpty {
                next += 1
                return .set(ranges, isNegated: isNegated)
            }
            let rangeStart = next
            let lower = try parseScalar()
            guard next + 1 < scalars.count, scalars[next] == "-", scalars[next + 1] != "]" else {
                ranges.append(lower...lower)
                continue
            }
            next += 1
            let upper = try parseScalar()
            guard lower <= upper else { throw .backwardRange(position: rangeStart + 1) }
            ranges.append(lower...upper)
        }
        throw .unclosedSet(position: start + 1)
    }

    private mutating func parseScalar() throws(ShellPatternError) -> Unicode.Scalar {
        if scalars[next] == "\\" {
            next += 1
            guard next < scalars.count else { throw .nothingAfterBackslash(position: next) }
        }
        defer { next += 1 }
        return scalars[next]
    }
}
