import Testing

@testable import OutboundHTTP

@Suite struct TunnelStateTests {
    /// What becomes of an answer, whichever pieces it comes in.
    private func progress(of answer: String, piece: Int) -> TunnelState.Progress {
        var state = TunnelState()
        let bytes = Array(answer.utf8)
        for start in stride(from: 0, to: bytes.count, by: piece) {
            let progress = state.receive(bytes[start..<min(start + piece, bytes.count)])
            if progress != .reading { return progress }
        }
        return .reading
    }

    @Test(arguments: [
        ("HTTP/1.1 200 Connection established\r\n\r\n", TunnelState.Progress.open),
        ("HTTP/1.0 200\r\n\r\n", .open), ("HTTP/1.1 204 x\r\nContent-Length: 7\r\n\r\n", .open),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nVia: x\r\n\r\n", .open),
        ("HTTP/1.1 200 OK\r\n\r", .reading), ("", .reading), ("HTT", .reading),
        ("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n<html>", .failed(.refused(status: 407))),
        ("HTTP/1.1 502 Bad Gateway\r\n\r\n", .failed(.refused(status: 502))),
        ("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n", .failed(.refused(status: 302))),
        ("HTTP/1.1 101 Switching Protocols\r\n\r\n", .failed(.malformedAnswer)),
        ("HTTP/1.1 2000 OK\r\n\r\n", .failed(.malformedAnswer)), ("HTTP/1.1\r\n\r\n", .failed(.malformedAnswer)),
        ("HTTP/1.1 2x0 OK\r\n\r\n", .failed(.malformedAnswer)), ("HTTP/2 200 OK\r\n\r\n", .failed(.malformedAnswer)),
        ("SSH-2.0-x\r\n", .failed(.malformedAnswer)), ("\u{15}\u{3}\u{1}", .failed(.malformedAnswer)),
    ])
    func anAnswerMeansTheSameInWhicheverPiecesItComes(answer: String, expected: TunnelState.Progress) {
        for piece in [1, 2, 7, 1000] { #expect(progress(of: answer, piece: piece) == expected) }
    }

    @Test func bytesBehindTheAnswerAreNotTakenForThoseOfTheCalled() {
        var state = TunnelState()
        #expect(state.receive("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n".utf8) == .failed(.malformedAnswer))
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 17_000),
        String(repeating: "HTTP/1.1 103 Early Hints\r\n\r\n", count: 1000),
    ])
    func aHeadIsReadUpToItsBound(answer: String) {
        #expect(progress(of: answer, piece: 100) == .failed(.headTooLarge))
    }
}
