import Dispatch
import Synchronization

/// The executor of one connection: a thread that runs the actor's jobs in the order they come.
///
/// The thread keeps this object alive until `stop()`, so an executor outlives every job that runs on it.
final class ConnectionThread: SerialExecutor {
    private struct Queue {
        var jobs: [UnownedJob] = []
        var isStopped = false
    }

    private let queue = Mutex(Queue())
    private let wakeups = DispatchSemaphore(value: 0)

    /// Must succeed before the actor gets its first job. Returns false if the system refuses another thread.
    func start() -> Bool {
        DetachedThread.start { self.runJobs() }
    }

    /// Ends the thread after the jobs it already has.
    func stop() {
        queue.withLock { $0.isStopped = true }
        wakeups.signal()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let wasEmpty = queue.withLock { queue in
            queue.jobs.append(job)
            return queue.jobs.count == 1
        }
        if wasEmpty { wakeups.signal() }
    }

    private func runJobs() {
        var batch: [UnownedJob] = []
        while true {
            wakeups.wait()
            let isStopped = queue.withLock { queue in
                swap(&queue.jobs, &batch)
                return queue.isStopped
            }
            for job in batch { job.runSynchronously(on: asUnownedSerialExecutor()) }
            batch.removeAll(keepingCapacity: true)
            if isStopped { return }
        }
    }
}
