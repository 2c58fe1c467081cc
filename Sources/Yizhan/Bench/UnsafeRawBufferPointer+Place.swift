import Glibc

extension UnsafeRawBufferPointer {
    /// Where a text begins for the first time.
    func place(of text: StaticString) -> Int? {
        guard let base = baseAddress, text.utf8CodeUnitCount > 0 else { return nil }
        let first = Int32(text.utf8Start.pointee)
        var start = 0
        while count - start >= text.utf8CodeUnitCount {
            let rest = count - start - text.utf8CodeUnitCount + 1
            guard let found = memchr(base + start, first, rest) else { return nil }
            start = UnsafeRawPointer(found) - base
            if memcmp(base + start, text.utf8Start, text.utf8CodeUnitCount) == 0 { return start }
            start += 1
        }
        return nil
    }
}
