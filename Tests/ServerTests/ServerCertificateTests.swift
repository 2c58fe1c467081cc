import Foundation
import NIOCore
import NIOSSL
import RelayCore
import TestSupport
import Testing

@testable import Server

@Suite(.timeLimit(.minutes(2))) struct ServerCertificateTests {
    /// Trusts what is in the file now.
    private func client(
        trusting files: SelfSignedCertificate, newest: TLSVersion = .tlsv13
    ) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(files.certificate.path))
        configuration.minimumTLSVersion = .tlsv1
        configuration.maximumTLSVersion = newest
        return try NIOSSLContext(configuration: configuration)
    }

    private func run(
        patience: TimeAmount = .seconds(10),
        _ body: (RunningServer, SelfSignedCertificate, LogLines) async throws -> Void
    ) async throws {
        try await SelfSignedCertificate.with { files in
            let log = LogLines()
            let certificate = try ServerCertificate(
                certificate: files.certificate.path, key: files.key.path, interval: .milliseconds(50),
                logger: log.logger)
            try await RunningServer.run(patience: patience, certificate: certificate) { server in
                try await body(server, files, log)
            }
        }
    }

    private func isAnswered(_ server: RunningServer, _ tls: NIOSSLContext) async -> Bool {
        do {
            return try await RawConnection.open(to: server.port, tls: tls) { connection in
                try await connection.send(RawConnection.request("POST", RunningServer.issue, try goodsIssue()))
                try await eventually("it is answered or closed") {
                    connection.isClosed || !connection.received.isEmpty
                }
                return connection.received.hasPrefix("HTTP/1.1 200")
            }
        } catch {
            return false
        }
    }

    @Test func aCallOverTLSIsTakenAndOneWithoutIsNot() async throws {
        try await run { server, files, _ in
            for (version, isTaken) in [(TLSVersion.tlsv13, true), (.tlsv12, true), (.tlsv11, false)] {
                let client = try client(trusting: files, newest: version)
                #expect(await isAnswered(server, client) == isTaken, "\(version)")
            }
            try await server.connect { connection in
                try await connection.send(RawConnection.request("POST", RunningServer.issue, try goodsIssue()))
                try await eventually("the connection is closed") { connection.isClosed }
                #expect(!connection.received.contains("HTTP"))
            }
            #expect(server.inbox.submissions.count == 2)
        }
    }

    @Test func aRenewedCertificateIsTakenWhileAConnectionGoesOn() async throws {
        try await run { server, files, log in
            let old = try client(trusting: files)
            try await RawConnection.open(to: server.port, tls: old) { kept in
                #expect(try await kept.post(RunningServer.issue, try goodsIssue()).status == 200)
                try await files.renew()
                try await eventually("it is told") {
                    log.all.contains { $0.hasPrefix("the TLS certificate was renewed") }
                }
                let new = try client(trusting: files)
                #expect(await isAnswered(server, new))
                #expect(await !isAnswered(server, old))
                #expect(try await kept.post(RunningServer.issue, try goodsIssue()).status == 200)
            }
            #expect(log.all.count { $0.hasPrefix("the TLS certificate was renewed") } == 1)
            let expiry = TestMetrics.value("yizhan_tls_certificate_expiry_timestamp_seconds")
            #expect(expiry - Date().timeIntervalSince1970 > 86_400)
        }
    }

    @Test func aBrokenNewCertificateIsToldOfOnceAndTheOldOneStays() async throws {
        try await run { server, files, log in
            let old = try client(trusting: files)
            let complaint = "the TLS certificate cannot be renewed"
            try Data("no certificate".utf8).write(to: files.certificate)
            try await eventually("it is told") { log.all.contains { $0.hasPrefix(complaint) } }
            #expect(await isAnswered(server, old))

            // A key that is not the certificate's, as in the middle of a renewal.
            let key = try Data(contentsOf: files.key)
            try await files.renew()
            try key.write(to: files.key)
            try await eventually("it is told of that, too") { log.all.count { $0.hasPrefix(complaint) } >= 2 }
            #expect(await isAnswered(server, old))

            try await files.renew()
            try await eventually("it is mended") {
                log.all.contains { $0.hasPrefix("the TLS certificate was renewed") }
            }
            let new = try client(trusting: files)
            #expect(await isAnswered(server, new))
            #expect(log.all.count { $0.hasPrefix(complaint) } <= 4, "not each time it looks")
        }
    }

    @Test func aHandshakeThatNeverEndsIsClosed() async throws {
        try await run(patience: .milliseconds(300)) { server, files, _ in
            try await server.connect { silent in
                try await server.connect { halfway in
                    // A record of a handshake, longer than what comes.
                    try await halfway.send("\u{16}\u{3}\u{1}\u{1}\u{0}\u{1}")
                    try await eventually("both are closed") { silent.isClosed && halfway.isClosed }
                }
            }
            let new = try client(trusting: files)
            #expect(await isAnswered(server, new))
        }
    }

    @Test func aClientThatDoesNotReadItsAnswersOverTLSIsClosed() async throws {
        try await run(patience: .milliseconds(500)) { server, files, _ in
            let tls = try client(trusting: files)
            // A large buffer would take in megabytes of answers before anybody noticed.
            try await RawConnection.open(to: server.port, tls: tls, receiveBuffer: 4_096) { connection in
                #expect(try await connection.post(RunningServer.issue, try goodsIssue()).status == 200)
                try await connection.stopReading()
                let calls = String(repeating: RawConnection.request("GET", RunningServer.issue), count: 100)
                try await eventually(within: .seconds(40), "the connection is closed") {
                    connection.sendSoon(calls)
                    return server.openConnections() == 0
                }
            }
        }
    }

    @Test func filesThatCannotBeUsedAreAnErrorThatNamesThem() async throws {
        try await SelfSignedCertificate.with { files in
            try Data("no key".utf8).write(to: files.key)
            for certificate in [files.certificate.path, "/nowhere/certificate.pem"] {
                let error = #expect(throws: UnusableCertificate.self) {
                    try ServerCertificate(
                        certificate: certificate, key: files.key.path, logger: LogLines().logger)
                }
                #expect(error?.description.contains(certificate) == true)
            }
        }
    }
}
