import NIOCore
import NIOHTTP1
import RelayCore

/// Whoever answers the calls that come through a door. Asked on the event loops of their connections, which it must not
/// hold up.
protocol CallResponder: Sendable {
    /// Looks at a call's head.
    ///
    /// - Parameter peer: who the connection is from; nil where nobody can tell any more.
    func begin(_ head: HTTPRequestHead, from peer: IPAddress?) -> Beginning
}

enum Beginning {
    /// Whatever the body is.
    case answered(PlatformAnswer)
    case wantsBody(any BegunCall)
}

/// A call whose head has come. Ends with `answer` or `refuse`, whatever becomes of the connection.
protocol BegunCall: Sendable {
    /// In bytes.
    var bodyLimit: Int { get }

    /// Calls `done` once, on that event loop; before it returns where nothing is waited for.
    func answer(_ body: [UInt8], on eventLoop: any EventLoop, _ done: @escaping (PlatformAnswer) -> Void)

    func refuse(_ flaw: BodyFlaw) -> PlatformAnswer
}

/// What is wrong with the body of a call.
enum BodyFlaw {
    case tooLarge
    case tooSlow
    /// Nobody may be there to hear the answer.
    case brokenOff(any Error)
}
