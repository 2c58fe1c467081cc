import NIOCore
import NIOHTTP1
import Testing

@testable import OutboundHTTP

/// Drives the state with events alone; real bytes come in `HTTPAnswerTests`.
@Suite struct HTTPConnectionStateTests {
    private var state = HTTPConnectionState()

    private func head(_ code: Int, close: Bool = false) -> HTTPResponseHead {
        let headers: HTTPHeaders = close ? ["Connection": "close"] : ["Content-Length": "2"]
        return HTTPResponseHead(version: .http1_1, status: .init(statusCode: code), headers: headers)
    }

    private func complete(
        _ body: String, _ head: HTTPResponseHead? = nil, reusable: Bool
    ) -> HTTPConnectionState.Action {
        var answer = HTTPAnswer(head: head ?? self.head(200))
        answer.append(body.utf8)
        return .complete(answer, reusable: reusable)
    }

    /// The first byte of an answer is in, and its head.
    private mutating func readHead(_ head: HTTPResponseHead? = nil) {
        state.start()
        _ = state.feed(100)
        _ = state.receive(head ?? self.head(200))
    }

    private mutating func serveOneCall() {
        readHead()
        _ = state.receiveEnd()
        _ = state.readCompleted(isRequestWritten: true)
    }

    @Test mutating func aWholeAnswerCompletesTheCallAndFreesTheConnection() {
        readHead()
        _ = state.receive(ByteBuffer(string: "ok"))
        _ = state.receiveEnd()
        let expected = complete("ok", reusable: true)
        #expect(state.readCompleted(isRequestWritten: true) == expected)
        #expect(state.isIdle)
        #expect(state.readCompleted(isRequestWritten: true) == .none)
    }

    @Test mutating func anAnswerIsNotCompleteBeforeTheReadIs() {
        readHead()
        #expect(state.readCompleted(isRequestWritten: true) == .none)
        #expect(state.receiveEnd() == .none)
    }

    @Test mutating func anEarlyAnswerIsTakenAndTheConnectionGivenUp() {
        readHead(head(413))
        _ = state.receiveEnd()
        let expected = complete("", head(413), reusable: false)
        #expect(state.readCompleted(isRequestWritten: false) == expected)
    }

    @Test mutating func connectionCloseIsHonoured() {
        readHead(head(200, close: true))
        _ = state.receiveEnd()
        let expected = complete("", head(200, close: true), reusable: false)
        #expect(state.readCompleted(isRequestWritten: true) == expected)
    }

    @Test mutating func theLastByteOfAReadIsGivenAlone() {
        state.start()
        #expect(state.feed(10) == .pass(9))
        #expect(state.feed(1) == .pass(1))
        #expect(state.feed(0) == .stop(.none))
    }

    @Test mutating func bytesAfterTheAnswerMakeTheConnectionUnusable() {
        readHead()
        _ = state.receiveEnd()
        #expect(state.feed(1) == .stop(.none))
        let expected = complete("", reusable: false)
        #expect(state.readCompleted(isRequestWritten: true) == expected)
    }

    @Test mutating func aDecoderThatChokesOnWhatFollowsAnAnswerDoesNotSpoilTheAnswer() {
        readHead()
        _ = state.receiveEnd()
        #expect(state.decodingFailed(NIOHTTPDecoderError.unsolicitedResponse) == .none)
        let expected = complete("", reusable: false)
        #expect(state.readCompleted(isRequestWritten: true) == expected)
    }

    @Test mutating func bytesOnAnIdleConnectionCloseIt() {
        #expect(state.feed(5) == .stop(.close))
        #expect(!state.isIdle)
        #expect(state.connectionClosed() == .none)
    }

    @Test mutating func interimAnswersAreSkippedUpToABound() {
        state.start()
        _ = state.feed(100)
        for _ in 1...16 { #expect(state.receive(head(103)) == .none) }
        #expect(state.receive(head(100)) == .fail(.malformedAnswer(reason: "more than 16 interim answers")))
    }

    @Test mutating func aSwitchOfProtocolsIsRefused() {
        state.start()
        _ = state.feed(100)
        #expect(state.receive(head(101)) == .fail(.malformedAnswer(reason: "it switches to another protocol")))
    }

    @Test mutating func aHeadIsNotFedBeyondItsBound() {
        state.start()
        var fed = 0
        while case .pass(let count) = state.feed(5000) { fed += count }
        #expect(fed == HTTPAnswer.maximumHeadByteCount)
        #expect(!state.isIdle)
    }

    @Test mutating func theBoundCountsAnewForEachAnswer() {
        for _ in 1...3 {
            state.start()
            #expect(state.feed(12_001) == .pass(12_000))
            _ = state.receive(head(200))
            _ = state.receiveEnd()
            let expected = complete("", reusable: true)
            #expect(state.readCompleted(isRequestWritten: true) == expected)
        }
    }

    @Test mutating func aBodyOfExactlyTheBoundIsWhole() {
        readHead()
        _ = state.receive(ByteBuffer(repeating: 1, count: HTTPAnswer.maximumBodyByteCount))
        _ = state.receiveEnd()
        guard case .complete(let answer, reusable: true) = state.readCompleted(isRequestWritten: true) else {
            Issue.record("the call is not complete")
            return
        }
        #expect(answer.body.count == HTTPAnswer.maximumBodyByteCount)
        #expect(!answer.isBodyTruncated)
    }

    @Test mutating func aLongerBodyIsCutAndTheConnectionClosed() {
        readHead()
        _ = state.receive(ByteBuffer(repeating: 1, count: HTTPAnswer.maximumBodyByteCount - 1))
        _ = state.receive(ByteBuffer(repeating: 1, count: 2))
        guard case .complete(let answer, reusable: false) = state.readCompleted(isRequestWritten: true) else {
            Issue.record("the call is not complete")
            return
        }
        #expect(answer.body.count == HTTPAnswer.maximumBodyByteCount)
        #expect(answer.isBodyTruncated)
        #expect(state.receive(ByteBuffer(string: "more")) == .none)
    }

    @Test mutating func aFreshConnectionThatClosesUnansweredFailsTheCall() {
        state.start()
        #expect(state.connectionClosed() == .fail(.closedBeforeAnswer))
    }

    @Test mutating func aReusedConnectionThatClosesUnansweredGivesTheCallBack() {
        serveOneCall()
        state.start()
        #expect(state.transportFailed() == .close)
        #expect(state.connectionClosed() == .retry)
        #expect(state.connectionClosed() == .none)
    }

    @Test mutating func aReusedConnectionThatSentAByteDoesNotGiveTheCallBack() {
        serveOneCall()
        state.start()
        _ = state.feed(1)
        #expect(state.decodingFailed(HTTPParserError.invalidEOFState) == .none)
        #expect(state.connectionClosed() == .fail(.closedDuringAnswer))
    }

    @Test mutating func aBodyThatEndsWithTheConnectionIsComplete() {
        readHead(head(200, close: true))
        _ = state.receive(ByteBuffer(string: "all"))
        _ = state.receiveEnd()
        let expected = complete("all", head(200, close: true), reusable: false)
        #expect(state.connectionClosed() == expected)
    }

    @Test mutating func aBodyThatEndsWithABrokenConnectionIsNot() {
        readHead(head(200, close: true))
        _ = state.receive(ByteBuffer(string: "all?"))
        #expect(state.transportFailed() == .close)
        #expect(state.receiveEnd() == .none)
        #expect(state.connectionClosed() == .fail(.closedDuringAnswer))
    }

    @Test mutating func decoderErrorsAreToldApart() {
        var other = state
        state.start()
        #expect(state.decodingFailed(HTTPParserError.headerOverflow) == .fail(.headTooLarge))
        #expect(state.decodingFailed(HTTPParserError.headerOverflow) == .none)
        other.start()
        #expect(
            other.decodingFailed(HTTPParserError.invalidConstant)
                == .fail(.malformedAnswer(reason: "\(HTTPParserError.invalidConstant)")))
    }

    @Test mutating func aCallIsGivenUpOnceAndAnIdleConnectionNever() {
        #expect(state.giveUp(.cancelled) == .none)
        state.start()
        #expect(state.giveUp(.timedOut(.waiting)) == .fail(.timedOut(.waiting)))
        #expect(state.giveUp(.cancelled) == .none)
        #expect(state.retire() == .none)
    }

    @Test mutating func anIdleConnectionIsRetired() {
        #expect(state.retire() == .close)
        #expect(!state.isIdle)
    }
}
