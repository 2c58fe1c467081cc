/// What a proxy's answer to `CONNECT` means. No I/O, no clock.
struct TunnelState {
    enum Progress: Equatable {
        case reading
        /// What comes next is from whom is called.
        case open
        case failed(ProxyFailure)
    }

    private static let start = Array("HTTP/1.".utf8)
    private static let end = Array("\r\n\r\n".utf8)

    /// Of the answer that is being read: interim ones come before the one that counts.
    private var head: [UInt8] = []
    private var byteCount = 0

    mutating func receive(_ bytes: some Sequence<UInt8>) -> Progress {
        var isOpen = false
        for byte in bytes {
            // Nobody behind the proxy was asked anything yet.
            if isOpen { return .failed(.malformedAnswer) }
            byteCount += 1
            guard byteCount <= HTTPAnswer.maximumHeadByteCount else { return .failed(.headTooLarge) }
            head.append(byte)
            if head.count <= Self.start.count, head.last != Self.start[head.count - 1] {
                return .failed(.malformedAnswer)
            }
            guard head.suffix(Self.end.count) == Self.end[...] else { continue }
            guard let status, status != 101 else { return .failed(.malformedAnswer) }
            switch status {
            case 100..<200: head = []
            case 200..<300: isOpen = true
            default: return .failed(.refused(status: status))
            }
        }
        return isOpen ? .open : .reading
    }

    /// Of `HTTP/1.x 200 …`, or without anything behind the number.
    private var status: Int? {
        let line = head.prefix { $0 != UInt8(ascii: "\r") }.split(
            separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
        guard line.count >= 2, line[0].count == Self.start.count + 1, line[1].count == 3,
            line[1].allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 })
        else { return nil }
        return Int(String(decoding: line[1], as: UTF8.self))
    }
}
