import CLibPQ
import Logging

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Takes the server's notices, which libpq would print to standard error.
final class NoticeLog {
    /// Whether the server has said that it committed without waiting for its synchronous standby any longer. It says so
    /// in a warning only, after which the statement succeeds, when somebody has cancelled it meanwhile.
    private(set) var hasGivenUpStandby = false
    private let logger: Logger

    init(logger: Logger) { self.logger = logger }

    /// The connection must not outlive this object.
    func attach(to connection: OpaquePointer) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        _ = PQsetNoticeReceiver(
            connection,
            { context, result in
                guard let context, let result else { return }
                Unmanaged<NoticeLog>.fromOpaque(context).takeUnretainedValue().log(result)
            }, context)
    }

    func forgetStandby() { hasGivenUpStandby = false }

    private func log(_ notice: OpaquePointer) {
        // The server's function that waits for standbys warns of nothing else. Its text is translated.
        let sourceFunction = PQresultErrorField(notice, Int32(("R" as Unicode.Scalar).value))
        if let sourceFunction, strcmp(sourceFunction, "SyncRepWaitForLSN") == 0 { hasGivenUpStandby = true }
        let text = String(cString: PQresultErrorMessage(notice)).split(separator: "\n").joined(separator: " ")
        logger.debug("PostgreSQL notice", metadata: ["notice": "\(text)"])
    }
}
