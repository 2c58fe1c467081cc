import CLibPQ
import Synchronization

/// One `PQcancel`, sent from a thread of its own: it opens a second connection to the server and blocks until
/// that is answered, which a dead network never does.
final class CancelRequest: Sendable {
    private let finished = Atomic<Bool>(false)

    /// The server has taken the request (or refused it), so it can no longer hit a later statement.
    var isFinished: Bool { finished.load(ordering: .acquiring) }

    /// Wakes `interrupt` when the request is finished.
    static func send(for connection: OpaquePointer, thenWake interrupt: Interrupt) -> CancelRequest {
        let request = CancelRequest()
        guard let target = PQgetCancel(connection) else {
            request.finished.store(true, ordering: .releasing)
            return request
        }
        // Swift lets no pointer cross threads; libpq allows it for a PGcancel.
        let address = UInt(bitPattern: target)
        let isStarted = DetachedThread.start {
            let target = OpaquePointer(bitPattern: address)
            // The outcome shows in the statement's own answer; the text of a refusal has no reader.
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { text in
                _ = PQcancel(target, text.baseAddress, Int32(text.count))
            }
            PQfreeCancel(target)
            request.finished.store(true, ordering: .releasing)
            interrupt.wake()
        }
        if !isStarted {
            PQfreeCancel(target)
            request.finished.store(true, ordering: .releasing)
        }
        return request
    }
}
