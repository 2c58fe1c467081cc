extension String {
    /// Whether both are the same bytes, which is how strangers' texts are compared.
    ///
    /// Swift's own `==` and hash take the spellings of a character for one, and sort runs of combining marks for that, in a
    /// time that grows with the square of their number: a name of 64 KiB of them keeps a core busy for seconds.
    package func hasBytes(of other: String) -> Bool {
        utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
    }

    /// Less than 0 where it comes before the other, by their bytes; 0 where they are the same.
    package func compareBytes(with other: String) -> Int {
        var (mine, theirs) = (self, other)
        return mine.withUTF8 { mine in
            theirs.withUTF8 { theirs in
                for position in 0..<min(mine.count, theirs.count) where mine[position] != theirs[position] {
                    return Int(mine[position]) - Int(theirs[position])
                }
                return mine.count - theirs.count
            }
        }
    }
}
