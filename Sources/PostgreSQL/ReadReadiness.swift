// Dispatch does not say that its sources may be cancelled from any thread, which they may.
@preconcurrency import Dispatch

/// Waits for a socket to become readable without holding a thread.
enum ReadReadiness {
    /// Also returns when the task is cancelled. The descriptor must stay open until then.
    static func wait(for descriptor: Int32) async {
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: .global())
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                source.setEventHandler { source.cancel() }
                // Runs once, and not before Dispatch has let go of the descriptor.
                source.setCancelHandler { continuation.resume() }
                source.activate()
            }
        } onCancel: {
            source.cancel()
        }
    }
}
