extension Task where Success == Never, Failure == Never {
    /// Sleeps, or returns early when the task is cancelled; the caller's loop looks at that itself.
    package static func pause(for duration: Duration) async {
        do {
            try await sleep(for: duration)
        } catch {
            return  // Cancelled.
        }
    }
}
