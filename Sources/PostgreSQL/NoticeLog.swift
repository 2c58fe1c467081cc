import CLibPQ
import Logging

/// Takes the server's notices, which libpq would print to standard error.
final class NoticeLog {
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

    private func log(_ notice: OpaquePointer) {
        let text = String(cString: PQresultErrorMessage(notice)).split(separator: "\n").joined(separator: " ")
        logger.debug("PostgreSQL notice", metadata: ["notice": "\(text)"])
    }
}
