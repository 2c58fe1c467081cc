package import Foundation
import Subprocess
import SystemPackage

/// A certificate for `localhost` and its key, made with the openssl command as files that another one may take the place of.
package struct SelfSignedCertificate: Sendable {
    package let certificate: URL
    package let key: URL

    private struct OpenSSLFailed: Error {
        let output: String
    }

    /// In a new folder.
    package static func with<Result>(_ body: (SelfSignedCertificate) async throws -> Result) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "yizhan-certificate-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        let files = SelfSignedCertificate(
            certificate: folder.appending(path: "certificate.pem"), key: folder.appending(path: "key.pem"))
        let result: Swift.Result<Result, any Error>
        do {
            try await files.renew()
            result = .success(try await body(files))
        } catch {
            result = .failure(error)
        }
        try FileManager.default.removeItem(at: folder)
        return try result.get()
    }

    /// Writes another certificate with another key into the same files.
    package func renew() async throws {
        let ended = try await Subprocess.run(
            .name("openssl"),
            arguments: [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                "-keyout", key.path, "-out", certificate.path,
            ], output: .discarded, error: .string(limit: 1 << 16))
        guard ended.terminationStatus.isSuccess else { throw OpenSSLFailed(output: ended.standardError) }
    }
}
