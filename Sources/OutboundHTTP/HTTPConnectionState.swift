import NIOCore
import NIOHTTP1

/// The rules of one connection: what an event means for the call in flight and for the connection. No I/O, no clock.
struct HTTPConnectionState {
    enum Action: Equatable {
        case none
        /// Close the connection; no call is concerned, or `connectionClosed()` will say how.
        case close
        /// The call has its answer; close the connection unless it is `reusable`.
        case complete(HTTPAnswer, reusable: Bool)
        /// The call failed; close the connection.
        case fail(HTTPFailure)
        /// The connection was dead before the call: give the call a fresh one.
        case retry
    }

    enum Feed: Equatable {
        /// Give the decoder this many bytes, then ask again.
        case pass(Int)
        case stop(Action)
    }

    private enum Phase {
        case idle
        /// The request is handed over, no byte of an answer is here.
        case waiting
        case readingHead
        case readingBody
        /// The whole answer is here, but what arrived with it is not looked at yet.
        case answered
        case closed
    }

    private static let maximumInterimAnswers = 16

    private var phase = Phase.idle
    private var answer: HTTPAnswer?
    private var isKeptAlive = false
    private var isTransportBroken = false
    private var tlsFailure: TLSFailure?
    private var headByteCount = 0
    private var interimAnswerCount = 0
    private var answerLimit = HTTPAnswer.maximumBodyByteCount
    /// The call in flight is not the connection's first.
    private(set) var isReused = false
    private var hasServed = false

    var isIdle: Bool { phase == .idle }

    mutating func start(answerLimit: Int = HTTPAnswer.maximumBodyByteCount) {
        precondition(phase == .idle, "a connection carries one call at a time")
        phase = .waiting
        self.answerLimit = answerLimit
        headByteCount = 0
        interimAnswerCount = 0
        isReused = hasServed
        hasServed = true
    }

    /// How many of `available` bytes go to the decoder next.
    ///
    /// The decoder does not say where an answer ended within what it was given, so the last byte of every read is
    /// given alone: an answer that is complete before it was followed by bytes nobody asked for.
    mutating func feed(_ available: Int) -> Feed {
        guard available > 0 else { return .stop(.none) }
        switch phase {
        case .idle:
            return .stop(close())
        case .waiting, .readingHead:
            phase = .readingHead
            let room = HTTPAnswer.maximumHeadByteCount - headByteCount
            guard room > 0 else { return .stop(fail(.headTooLarge)) }
            let count = min(max(available - 1, 1), room)
            headByteCount += count
            return .pass(count)
        case .readingBody:
            return .pass(max(available - 1, 1))
        case .answered:
            isKeptAlive = false
            return .stop(.none)
        case .closed:
            return .stop(.none)
        }
    }

    mutating func receive(_ head: HTTPResponseHead) -> Action {
        guard phase == .readingHead else { return .none }
        switch head.status.code {
        case ..<100:
            return fail(.malformedAnswer(reason: "its status is less than 100"))
        case 101:
            return fail(.malformedAnswer(reason: "it switches to another protocol"))
        case 100..<200:
            interimAnswerCount += 1
            guard interimAnswerCount <= Self.maximumInterimAnswers else {
                return fail(.malformedAnswer(reason: "more than \(Self.maximumInterimAnswers) interim answers"))
            }
            return .none
        default:
            answer = HTTPAnswer(head: head, bodyLimit: answerLimit)
            isKeptAlive = head.isKeepAlive
            phase = .readingBody
            return .none
        }
    }

    mutating func receive(_ body: ByteBuffer) -> Action {
        guard phase == .readingBody else { return .none }
        answer?.append(body.readableBytesView)
        if answer?.isBodyTruncated == true {
            isKeptAlive = false
            phase = .answered
        }
        return .none
    }

    mutating func receiveEnd() -> Action {
        // A body without a length ends with the connection; if that broke, nobody knows whether the body is whole.
        guard phase == .readingBody, !isTransportBroken else { return .none }
        phase = .answered
        return .none
    }

    /// Nothing more arrived for now. `isRequestWritten`: the last byte of the request has left for the kernel.
    mutating func readCompleted(isRequestWritten: @autoclosure () -> Bool) -> Action {
        guard phase == .answered, let answer else { return .none }
        self.answer = nil
        let reusable = isKeptAlive && isRequestWritten()
        phase = reusable ? .idle : .closed
        return .complete(answer, reusable: reusable)
    }

    mutating func decodingFailed(_ error: any Error) -> Action {
        switch error {
        // The connection ended within an answer: `connectionClosed()` follows.
        case HTTPParserError.invalidEOFState, HTTPParserError.closedConnection:
            isTransportBroken = true
            return .none
        default: break
        }
        switch phase {
        case .idle: return close()
        case .closed: return .none
        case .answered:
            isKeptAlive = false
            return .none
        case .waiting, .readingHead, .readingBody:
            if case HTTPParserError.headerOverflow = error { return fail(.headTooLarge) }
            return fail(.malformedAnswer(reason: "\(error)"))
        }
    }

    /// The socket or TLS failed; the connection is of no use any more.
    mutating func transportFailed(_ tlsFailure: TLSFailure? = nil) -> Action {
        isTransportBroken = true
        self.tlsFailure = tlsFailure
        isKeptAlive = false
        return phase == .idle ? close() : .close
    }

    mutating func connectionClosed() -> Action {
        switch phase {
        case .idle, .closed:
            return close(.none)
        case .waiting:
            guard isReused else { return fail(tlsFailure.map { .tlsFailed($0) } ?? .closedBeforeAnswer) }
            return close(.retry)
        case .readingHead, .readingBody:
            return fail(.closedDuringAnswer)
        case .answered:
            isKeptAlive = false
            return readCompleted(isRequestWritten: false)
        }
    }

    /// The pool has no more use for an idle connection.
    mutating func retire() -> Action { phase == .idle ? close() : .none }

    /// The call ends from our side: its time is up, or it is cancelled.
    mutating func giveUp(_ failure: HTTPFailure) -> Action {
        switch phase {
        case .idle, .closed: .none
        case .waiting, .readingHead, .readingBody, .answered: fail(failure)
        }
    }

    private mutating func fail(_ failure: HTTPFailure) -> Action { close(.fail(failure)) }

    private mutating func close(_ action: Action = .close) -> Action {
        phase = .closed
        answer = nil
        return action
    }
}
