import Foundation
import NIOCore
import NIOEmbedded
import NIOHTTP1
import RelayCore
import Synchronization
import Testing

@testable import Server

@Suite struct CallHandlerTests {
    private let responder = HeldResponder()

    private func connection() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handler: CallHandler(responder: responder, peer: nil))
        try channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    private func call(_ name: String, method: HTTPMethod = .POST, version: HTTPVersion = .http1_1)
        -> [HTTPServerRequestPart]
    {
        [
            .head(HTTPRequestHead(version: version, method: method, uri: "/\(name)")),
            .body(ByteBuffer(string: "body of ")), .body(ByteBuffer(string: name)), .end(nil),
        ]
    }

    private func send(_ parts: [HTTPServerRequestPart], to channel: EmbeddedChannel) throws {
        for part in parts { try channel.writeInbound(part) }
    }

    /// What was written so far: a word for each answer.
    private func heard(_ channel: EmbeddedChannel) throws -> [String] {
        var answers: [String] = []
        while let answer = try channel.readOutbound(as: ByteBuffer.self) {
            let text = String(buffer: answer)
            let end = try #require(text.range(of: "\r\n\r\n"))
            let (lines, body) = (text[..<end.lowerBound].components(separatedBy: "\r\n"), text[end.upperBound...])
            let status = try #require(lines[0].split(separator: " ").dropFirst().first)
            answers.append(
                status + (lines.contains("Connection: close") ? " close" : "") + (body.isEmpty ? "" : " \(body)"))
        }
        return answers
    }

    @Test func whatComesBehindACallThatWaitsIsKeptAndNoMoreIsRead() throws {
        let channel = try connection()
        let reads = ReadCount()
        try channel.pipeline.syncOperations.addHandler(reads, position: .first)
        try send(call("a") + call("b") + call("c"), to: channel)
        #expect(responder.begun == ["/a"])
        let before = reads.count
        channel.read()
        #expect(reads.count == before, "nothing is read while a call waits")

        responder.release("body of a")
        #expect(try heard(channel) == ["200 body of a"])
        #expect(responder.begun == ["/a", "/b"])
        #expect(reads.count == before)
        responder.release("body of b")
        responder.release("body of c")
        #expect(try heard(channel) == ["200 body of b", "200 body of c"])
        #expect(reads.count == before + 1, "what was held is read now")
        _ = try channel.finish()
    }

    @Test func aCallThatWaitsIsAnsweredBeforeItsConnectionEnds() throws {
        for event in [ChannelShouldQuiesceEvent() as any Sendable, ChannelEvent.inputClosed] {
            let channel = try connection()
            try send(call("a"), to: channel)
            channel.pipeline.fireUserInboundEventTriggered(event)
            #expect(channel.isActive)
            responder.release("body of a")
            #expect(try heard(channel) == ["200 close body of a"])
        }
    }

    @Test func callsThatCameBeforeTheOtherSideWasDoneAreAllAnswered() throws {
        let channel = try connection()
        try send(call("a") + call("b"), to: channel)
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        responder.release("body of a")
        responder.release("body of b")
        #expect(try heard(channel) == ["200 body of a", "200 close body of b"])
    }

    @Test func aConnectionWithoutACallEndsAtOnceWhenTheRelayStops() throws {
        let channel = try connection()
        try send(call("a"), to: channel)
        responder.release("body of a")
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        #expect(!channel.isActive)
    }

    @Test func bytesThatAreNoCallAreABadRequestBehindTheAnswersBeforeThem() throws {
        let channel = try connection()
        try send(call("a"), to: channel)
        channel.pipeline.fireErrorCaught(HTTPParserError.invalidMethod)
        #expect(try heard(channel) == [])
        responder.release("body of a")
        #expect(try heard(channel) == ["200 body of a", "400 close"])
    }

    @Test func aHeadThatIsTooLargeIsToldSoBehindTheAnswersBeforeIt() throws {
        let channel = try connection()
        try send(call("a"), to: channel)
        channel.pipeline.fireErrorCaught(HTTPParserError.headerOverflow)
        responder.release("body of a")
        #expect(try heard(channel) == ["200 body of a", "431 close"])

        let fresh = try connection()
        fresh.pipeline.fireErrorCaught(HTTPParserError.headerOverflow)
        #expect(try heard(fresh) == ["431 close"])
    }

    @Test(arguments: [HTTPVersion.http1_0, .http1_1])
    func aClientOfTheFirstVersionHearsThatItsConnectionEnds(version: HTTPVersion) throws {
        let channel = try connection()
        try send(call("a", version: version), to: channel)
        responder.release("body of a")
        #expect(try heard(channel) == [version == .http1_0 ? "200 close body of a" : "200 body of a"])
        _ = try channel.finish()
    }

    @Test func anAnswerToHEADHasNoBody() throws {
        let channel = try connection()
        try send(call("a", method: .HEAD), to: channel)
        responder.release("body of a")
        #expect(try heard(channel) == ["200"])
        _ = try channel.finish()
    }

    @Test func aBodyThatBreaksOffIsToldOfOnceWhateverFollows() throws {
        let channel = try connection()
        try send(Array(call("a").dropLast()), to: channel)
        channel.pipeline.fireErrorCaught(HTTPParserError.invalidEOFState)
        channel.pipeline.fireErrorCaught(ChannelError.ioOnClosedChannel)
        try channel.close().wait()
        #expect(responder.refused == ["broken off"])

        let other = try connection()
        try send(Array(call("b").dropLast()), to: other)
        try other.close().wait()
        #expect(responder.refused == ["broken off", "broken off"])
    }

    @Test func anAnswerForAConnectionThatIsGoneIsWrittenNowhere() throws {
        let channel = try connection()
        try send(call("a"), to: channel)
        try channel.close().wait()
        responder.release("body of a")
        #expect(try heard(channel) == [])
    }
}

/// Answers each call with its own body, once it is told to.
private final class HeldResponder: CallResponder {
    private struct State {
        var begun: [String] = []
        var refused: [String] = []
        var waiting: [[UInt8]: NIOLoopBound<(PlatformAnswer) -> Void>] = [:]
    }

    private let state = Mutex(State())

    var begun: [String] { state.withLock { $0.begun } }
    var refused: [String] { state.withLock { $0.refused } }

    func begin(_ head: HTTPRequestHead, from peer: IPAddress?) -> Beginning {
        state.withLock { $0.begun.append(head.uri) }
        return .wantsBody(Call(responder: self))
    }

    func release(_ body: String) {
        let body = Array(body.utf8)
        state.withLock { $0.waiting.removeValue(forKey: body) }?.value(PlatformAnswer(body: body))
    }

    private struct Call: BegunCall {
        let responder: HeldResponder
        let bodyLimit = 100

        func answer(_ body: [UInt8], on eventLoop: any EventLoop, _ done: @escaping (PlatformAnswer) -> Void) {
            let done = NIOLoopBound(done, eventLoop: eventLoop)
            responder.state.withLock { $0.waiting[body] = done }
        }

        func refuse(_ flaw: BodyFlaw) -> PlatformAnswer {
            let word =
                switch flaw {
                case .tooLarge: "too large"
                case .tooSlow: "too slow"
                case .brokenOff: "broken off"
                }
            responder.state.withLock { $0.refused.append(word) }
            return PlatformAnswer(status: 408, body: [])
        }
    }
}

private final class ReadCount: ChannelOutboundHandler {
    typealias OutboundIn = Any

    private(set) var count = 0

    func read(context: ChannelHandlerContext) {
        count += 1
        context.read()
    }
}
