import Foundation
import NIOSSL

@testable import OutboundHTTP

/// A certificate authority made for one run of the tests, with the openssl command.
struct TestAuthority {
    static let shared = Result { try TestAuthority() }

    let trust: TLSTrust
    private let certificate: String
    private let key: String

    private struct OpenSSLFailed: Error {
        let arguments: [String]
        let output: String
    }

    private init() throws {
        (certificate, key) = try Self.inTemporaryDirectory { directory in
            try Self.openSSL(
                ["req", "-x509"] + Self.newKey + [
                    "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Test",
                ], in: directory)
            return (
                try String(contentsOf: directory.appending(path: "ca.pem"), encoding: .utf8),
                try String(contentsOf: directory.appending(path: "ca.key"), encoding: .utf8)
            )
        }
        trust = try TLSTrust(additionalAuthorities: certificate)
    }

    /// A server's TLS with a certificate for `name`, as in `DNS:a.example` or `IP:127.0.0.1`.
    func server(for name: String, days: Int = 1, newest: TLSVersion = .tlsv13) throws -> NIOSSLContext {
        try Self.inTemporaryDirectory { directory in
            let files = ["ca.pem": certificate, "ca.key": key, "names": "subjectAltName=\(name)\n"]
            for (file, text) in files {
                try text.write(to: directory.appending(path: file), atomically: false, encoding: .utf8)
            }
            try Self.openSSL(
                ["req"] + Self.newKey + ["-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=server"],
                in: directory)
            try Self.openSSL(
                [
                    "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", "1",
                    "-days", "\(days)", "-extfile", "names", "-out", "server.pem",
                ], in: directory)
            let certificates = try NIOSSLCertificate.fromPEMFile(directory.appending(path: "server.pem").path)
            let key = try NIOSSLPrivateKey(file: directory.appending(path: "server.key").path, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: certificates.map { .certificate($0) }, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv1
            configuration.maximumTLSVersion = newest
            return try NIOSSLContext(configuration: configuration)
        }
    }

    private static func inTemporaryDirectory<Result>(_ body: (URL) throws -> Result) throws -> Result {
        let directory = FileManager.default.temporaryDirectory.appending(path: "outbound-http-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let result = Swift.Result { try body(directory) }
        try FileManager.default.removeItem(at: directory)
        return try result.get()
    }

    private static let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

    private static func openSSL(_ arguments: [String], in directory: URL) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.currentDirectoryURL = directory
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw OpenSSLFailed(arguments: arguments, output: text) }
    }
}
