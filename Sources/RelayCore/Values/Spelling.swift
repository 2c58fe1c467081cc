extension Sequence<String> {
    /// The one that `text` was most likely meant to be; nil if none is near.
    package func nearest(to text: String) -> String? {
        let limit = text.count / 3 + 1
        let candidates = lazy.map { (candidate: $0, distance: distance(from: text, to: $0)) }
        // Of equals the first by name, so that the same mistake is always met with the same advice.
        let best = candidates.min { ($0.distance, $0.candidate) < ($1.distance, $1.candidate) }
        guard let best, best.distance <= limit, best.distance < text.count else { return nil }
        return best.candidate
    }
}

/// How many characters to insert, leave out, replace, or exchange with their neighbour.
private func distance(from left: String, to right: String) -> Int {
    let left = Array(left)
    let right = Array(right)
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    for (row, character) in left.enumerated() {
        var current = [row + 1] + last.dropFirst()
        for (column, other) in right.enumerated() {
            let replaced = last[column] + (character == other ? 0 : 1)
            current[column + 1] = Swift.min(replaced, last[column + 1] + 1, current[column] + 1)
            if row > 0, column > 0, character == right[column - 1], left[row - 1] == other {
                current[column + 1] = Swift.min(current[column + 1], beforeLast[column - 1] + 1)
            }
        }
        (beforeLast, last) = (last, current)
    }
    return last[right.count]
}
