import NIOCore
import NIOEmbedded
import NIOHTTP1

@testable import OutboundHTTP

extension FuzzTarget {
    /// An answer is the same however the network cuts it. The first byte tells into pieces of how many bytes.
    static let httpAnswer = FuzzTarget("http-answer") { bytes in
        let stream = Array(bytes.dropFirst())
        let size = Int(bytes.first ?? 0) % 7 + 1
        let whole = try AnswerReading.ending(of: [stream])
        let pieces = stride(from: 0, to: stream.count, by: size).map {
            Array(stream[$0..<min($0 + size, stream.count)])
        }
        let cut = try AnswerReading.ending(of: pieces)
        try require(whole == cut, "whole \(whole), in pieces \(cut)")
        if case .answer(let answer) = whole {
            try require(100..<1_000 ~= answer.status && answer.body.count <= stream.count, "an answer of \(answer)")
        }
    }
}

/// A call's connection without socket and pool: the state, the decoder, and what the call ends with.
private final class AnswerReading: ChannelInboundHandler {
    enum Ending: Equatable {
        case answer(HTTPAnswer)
        /// Without the parser's words.
        case malformed
        case failure(HTTPFailure)
    }

    typealias InboundIn = HTTPClientResponsePart

    private var state = HTTPConnectionState()
    private var ending: Ending?

    static func ending(of pieces: [[UInt8]]) throws -> Ending {
        let reading = AnswerReading()
        reading.state.start()
        let decoder = HTTPResponseDecoder(informationalResponseStrategy: .forward)
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandlers([
            Feed(reading), HTTPRequestEncoder(), ByteToMessageHandler(decoder), reading,
        ])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/", headers: ["Content-Length": "0"])
        try channel.writeOutbound(HTTPClientRequestPart.head(head))
        try channel.writeOutbound(HTTPClientRequestPart.end(nil))
        for piece in pieces where reading.ending == nil { try channel.writeInbound(ByteBuffer(bytes: piece)) }
        // The other side closes.
        if reading.ending == nil { _ = try channel.finish(acceptAlreadyClosed: true) }
        guard let ending = reading.ending else { throw BrokenPromise(description: "the call never ends") }
        if channel.isActive { _ = try channel.finish(acceptAlreadyClosed: true) }
        return ending
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): carryOut(state.receive(head))
        case .body(let body): carryOut(state.receive(body))
        case .end: carryOut(state.receiveEnd())
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        carryOut(state.readCompleted(isRequestWritten: true))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        carryOut(state.decodingFailed(error))
    }

    func channelInactive(context: ChannelHandlerContext) {
        carryOut(state.connectionClosed())
    }

    private func carryOut(_ action: HTTPConnectionState.Action) {
        switch action {
        case .none, .close, .retry: break
        case .complete(let answer, _): ending = ending ?? .answer(answer)
        case .fail(.malformedAnswer): ending = ending ?? .malformed
        case .fail(let failure): ending = ending ?? .failure(failure)
        }
    }

    private final class Feed: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias InboundOut = ByteBuffer

        private let reading: AnswerReading

        init(_ reading: AnswerReading) {
            self.reading = reading
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var bytes = unwrapInboundIn(data)
            while true {
                switch reading.state.feed(bytes.readableBytes) {
                case .stop(let action): return reading.carryOut(action)
                case .pass(let count):
                    guard let part = bytes.readSlice(length: count) else { return }
                    context.fireChannelRead(wrapInboundOut(part))
                }
            }
        }
    }
}
