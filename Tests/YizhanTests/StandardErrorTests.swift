import Glibc
import Testing

@testable import Yizhan

@Suite struct StandardErrorTests {
    @Test func whatAPipeDoesNotTakeIsLostAtOnceAndToldOfOnceItIsReadAgain() throws {
        var ends: [CInt] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        let error = StandardError(descriptor: ends[1])
        func write(_ number: Int) {
            error.write(Array("line \(number) \(String(repeating: "x", count: 1_000))\n".utf8)) { lost in
                Array("lost \(lost)\n".utf8)
            }
        }
        let start = ContinuousClock.now
        for number in 0..<200 { write(number) }
        #expect(.now - start < .seconds(5), "only the first that is lost waits, and not for long")

        var bytes = [UInt8](repeating: 0, count: 1 << 17)
        let first = String(decoding: bytes[..<read(ends[0], &bytes, bytes.count)], as: UTF8.self)
        write(200)
        let second = String(decoding: bytes[..<read(ends[0], &bytes, bytes.count)], as: UTF8.self)
        let written = first.split(separator: "\n").count
        #expect((50..<70).contains(written))
        #expect(second.hasPrefix("lost \(200 - written)\nline 200 "))
    }

    @Test func nobodyAtTheOtherEndIsNoReasonToEnd() throws {
        var ends: [CInt] = [0, 0]
        try #require(pipe(&ends) == 0)
        close(ends[0])
        defer { close(ends[1]) }
        StandardError(descriptor: ends[1]).write(Array("a line\n".utf8)) { _ in [] }
    }
}
