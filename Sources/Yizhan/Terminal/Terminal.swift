import Foundation

/// What a command says while it runs.
enum Terminal {
    /// On standard output; a reader at the other end of a pipe has it at once.
    static func say(_ line: String = "") {
        print(line)
        // Every stream, because naming `stdout` is not safe with several threads.
        fflush(nil)
    }

    /// On standard error.
    static func complain(_ line: String) {
        FileHandle.standardError.write(Data("\(line)\n".utf8))
    }

    /// On standard output, as it is.
    static func draw(_ text: String) {
        print(text, terminator: "")
        fflush(nil)
    }

    /// Whether standard output is a terminal, and neither a file nor a pipe.
    static var isOutputSeen: Bool {
        isatty(STDOUT_FILENO) == 1
    }

    /// How many rows the window of standard output has; nil where that is no window.
    static var outputRows: Int? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0 else { return nil }
        return Int(size.ws_row)
    }

    /// Whether somebody sees a line that is written over again and again.
    static var showsProgress: Bool {
        isatty(STDERR_FILENO) == 1
    }

    /// On standard error, over the last one; an empty one clears it away.
    static func showProgress(_ line: String) {
        FileHandle.standardError.write(Data("\r\u{1B}[K\(line)".utf8))
    }

    /// Says so on a terminal as long as the work takes.
    static func showing<Result>(_ line: String, while work: () async throws -> Result) async rethrows -> Result {
        guard showsProgress else { return try await work() }
        showProgress(line)
        defer { showProgress("") }
        return try await work()
    }
}
