import Glibc
import Metrics
import Synchronization

/// Standard error, which may be a pipe that nobody reads any more: then lines are lost, and nothing stands still for them.
///
/// A relay that waits for its log would stop to deliver because a log collector has. The first line that finds no room
/// waits for a moment, as a reader may only be slow; those after it wait no longer until there is room again.
final class StandardError: Sendable {
    /// Written at once by a pipe that is ready, whatever else is in it.
    private static let portion = Int(PIPE_BUF)
    private static let patienceMilliseconds: CInt = 100

    private struct State {
        var lost = 0
        var isInLine = false
    }

    private let descriptor: CInt
    private let state = Mutex(State())

    /// - Parameter descriptor: standard error's, or what tests put in its place.
    init(descriptor: CInt = STDERR_FILENO) {
        self.descriptor = descriptor
    }

    /// - Parameters:
    ///   - line: with its line feed.
    ///   - gap: the line that tells of lines that were lost before.
    func write(_ line: [UInt8], gap: (_ lost: Int) -> [UInt8]) {
        let isLost = state.withLock { state in
            if state.lost > 0 {
                let ending: [UInt8] = state.isInLine ? [UInt8(ascii: "\n")] : []
                guard put(ending + gap(state.lost), in: &state) else { return lose(in: &state) }
                state.lost = 0
            }
            return put(line, in: &state) ? false : lose(in: &state)
        }
        if isLost { Counter(label: "yizhan_lost_log_lines_total").increment() }
    }

    private func lose(in state: inout State) -> Bool {
        state.lost += 1
        return true
    }

    /// Whether all of it was written.
    private func put(_ bytes: [UInt8], in state: inout State) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            guard isReady(within: state.lost == 0 ? Self.patienceMilliseconds : 0) else { return false }
            let count = rest.prefix(Self.portion).withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return false }
            state.isInLine = true
            rest = rest.dropFirst(count)
        }
        state.isInLine = false
        return true
    }

    private func isReady(within milliseconds: CInt) -> Bool {
        var asked = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&asked, 1, milliseconds) == 1 && asked.revents & Int16(POLLERR | POLLHUP) == 0
    }
}
