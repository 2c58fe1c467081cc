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

    /// Whether somebody sees a line that is written over again and again.
    static var showsProgress: Bool {
        isatty(STDERR_FILENO) == 1
    }

    /// On standard error, over the last one; an empty one clears it away.
    static func showProgress(_ line: String) {
        FileHandle.standardError.write(Data("\r\u{1B}[K\(line)".utf8))
    }
}
