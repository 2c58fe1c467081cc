import Foundation

/// A certificate authority of a test's own, with keys made by the openssl command. Everything is PEM.
package struct CertificateAuthority: Sendable {
    /// What was made for somebody.
    package struct Issued: Sendable {
        package let certificate: String
        package let key: String
    }

    private struct OpenSSLFailed: Error {
        let arguments: [String]
        let output: String
    }

    package let certificate: String
    private let key: String

    package init() throws {
        let own = try Self.selfSigned(names: nil)
        (certificate, key) = (own.certificate, own.key)
    }

    /// - Parameter names: as in `DNS:a.example` or `IP:127.0.0.1`, several with commas.
    package static func selfSigned(names: String?) throws -> Issued {
        try inTemporaryDirectory { directory in
            let extras = names.map { ["-addext", "subjectAltName=\($0)"] } ?? []
            try openSSL(
                ["req", "-x509"] + newKey + [
                    "-keyout", "key", "-out", "certificate", "-days", "2", "-subj", "/CN=Test",
                ]
                    + extras, in: directory)
            return try read(directory)
        }
    }

    /// - Parameter days: how long it is valid; negative: it is no more.
    package func issue(_ names: String, days: Int = 1) throws -> Issued {
        try Self.inTemporaryDirectory { directory in
            let files = ["ca.pem": certificate, "ca.key": key, "names": "subjectAltName=\(names)\n"]
            for (file, text) in files {
                try text.write(to: directory.appending(path: file), atomically: false, encoding: .utf8)
            }
            try Self.openSSL(
                ["req"] + Self.newKey + ["-keyout", "key", "-out", "request", "-subj", "/CN=test"], in: directory)
            try Self.openSSL(
                [
                    "x509", "-req", "-in", "request", "-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", "1",
                    "-days", "\(days)", "-extfile", "names", "-out", "certificate",
                ], in: directory)
            return try Self.read(directory)
        }
    }

    /// The same key, encrypted.
    package static func encrypted(key: String) throws -> String {
        try inTemporaryDirectory { directory in
            try key.write(to: directory.appending(path: "plain"), atomically: false, encoding: .utf8)
            try openSSL(["pkcs8", "-topk8", "-in", "plain", "-out", "key", "-passout", "pass:word"], in: directory)
            return try String(contentsOf: directory.appending(path: "key"), encoding: .utf8)
        }
    }

    private static let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

    private static func read(_ directory: URL) throws -> Issued {
        Issued(
            certificate: try String(contentsOf: directory.appending(path: "certificate"), encoding: .utf8),
            key: try String(contentsOf: directory.appending(path: "key"), encoding: .utf8))
    }

    private static func inTemporaryDirectory<Result>(_ body: (URL) throws -> Result) throws -> Result {
        let directory = FileManager.default.temporaryDirectory.appending(path: "authority-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let result = Swift.Result { try body(directory) }
        try FileManager.default.removeItem(at: directory)
        return try result.get()
    }

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
