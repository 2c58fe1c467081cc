import NIOCore
import NIOSSL

extension Channel {
    /// Closes the socket without the TLS goodbye: whatever was to be said is said or given up, and a peer that never
    /// answers a goodbye would hold the connection's slot. On the channel's event loop only.
    func closeAtOnce() {
        let tls = try? pipeline.syncOperations.context(handlerType: NIOSSLClientHandler.self)
        if let tls { tls.close(promise: nil) } else { close(promise: nil) }
    }
}
