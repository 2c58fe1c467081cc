package import Logging
import Metrics
import NIOCertificateReloading
import NIOCore
import NIOSSL
import ServiceLifecycle
import Synchronization

/// The certificate by which platforms know the relay, and its key. While it runs, what was renewed on disk is taken for
/// the connections that come after; a pair that cannot be used is told of once, and the one before stays.
package final class ServerCertificate: Service {
    private let reloader: TimedCertificateReloader
    /// For all connections.
    let tls: NIOSSLContext

    /// - Parameters:
    ///   - certificate: the path of a PEM file, with the certificates of its issuers behind it.
    ///   - key: the path of a PEM file.
    ///   - interval: how often the files are looked at.
    package init(
        certificate: String, key: String, interval: Duration = .seconds(60), logger: Logger
    ) throws(UnusableCertificate) {
        let news = CertificateNews(certificate: certificate, key: key, logger: logger)
        let configuration = TimedCertificateReloader.Configuration(
            refreshInterval: interval, certificateSource: .init(location: .file(path: certificate), format: .pem),
            privateKeySource: .init(location: .file(path: key), format: .pem)
        ) { configuration in
            configuration.onCertificateLoaded = {
                news.loaded($0.currentCertificateChain, after: $0.previousCertificateChain)
            }
            configuration.onCertificateLoadFailed = { news.failed($0.error) }
        }
        let reloader = TimedCertificateReloader(configuration: configuration)
        do {
            try reloader.reload()
            self.reloader = reloader
            tls = try NIOSSLContext(configuration: Self.configuration(reloader))
        } catch {
            throw UnusableCertificate(certificate: certificate, key: key, cause: error)
        }
    }

    package func run() async throws {
        try await reloader.run()
    }

    private static func configuration(_ reloader: TimedCertificateReloader) throws -> TLSConfiguration {
        var configuration = try TLSConfiguration.makeServerConfiguration(certificateReloader: reloader)
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        // Whoever is closed for being slow is slow to agree to it, too.
        configuration.shutdownTimeout = .seconds(1)
        return configuration
    }
}

package struct UnusableCertificate: Error, CustomStringConvertible {
    let certificate: String
    let key: String
    let cause: any Error

    package var description: String {
        "the TLS certificate \(certificate) with the key \(key) cannot be used: \(cause)"
    }
}

/// Tells of what became of the files, but of nothing twice.
private final class CertificateNews: Sendable {
    private let certificate: String
    private let key: String
    private let logger: Logger
    private let problem = Mutex<String?>(nil)
    private let expiry = Meter(label: "yizhan_tls_certificate_expiry_timestamp_seconds")

    init(certificate: String, key: String, logger: Logger) {
        self.certificate = certificate
        self.key = key
        self.logger = logger
    }

    func loaded(_ chain: [NIOSSLCertificateSource], after old: [NIOSSLCertificateSource]?) {
        problem.withLock { $0 = nil }
        if case .certificate(let certificate)? = chain.first { expiry.set(Double(certificate.notValidAfter)) }
        guard let old, old != chain else { return }
        logger.notice("the TLS certificate was renewed", metadata: ["certificate": "\(certificate)"])
    }

    /// Of the first one the caller of `ServerCertificate` hears.
    func failed(_ error: any Error) {
        let text = "\(error)"
        let isKnown = problem.withLock { problem in
            defer { problem = text }
            return problem == text
        }
        guard !isKnown else { return }
        logger.error(
            "the TLS certificate cannot be renewed: the one before stays",
            metadata: ["certificate": "\(certificate)", "key": "\(key)", "error": "\(text)"])
    }
}
