import Foundation
import OutboundHTTP
import Outbox
import Platforms
import RelayCore
import RelayFile
import StandardWebhooks

/// A `relay.yaml` on its way into the database.
struct ConfigurationFile: Sendable {
    let path: String

    /// Returns what it changed. Throws `RelayFileProblems` with everything that is wrong with the file at once, and
    /// then nothing is applied.
    @discardableResult
    func apply(to store: ConfigurationStore, prune: Bool = false, dryRun: Bool = false) async throws -> [Change] {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw CommandFailure.unreadableFile(path, error)
        }
        // A file may refer to what is configured already, unless that is about to go.
        let configured = prune ? Declaration() : try await store.loadDeclaration()
        let environment = ProcessInfo.processInfo.environment
        let declaration = try RelayFile.read(
            text: text, name: path, configured: configured, rules: Self.rules, environment: { environment[$0] })
        return try await store.apply(declaration, prune: prune, dryRun: dryRun)
    }

    private static let rules = RelayFileRules(
        platforms: Dictionary(uniqueKeysWithValues: PlatformList.all.map { ($0.name, $0.documentedFields) }),
        checkURL: { _ = try HTTPURL($0) },
        checkStandardSecret: { _ = try StandardWebhooksSecret(parsing: $0) },
        checkCertificates: { try TLSTrust.check(certificates: $0) },
        checkPrivateKey: { try TLSTrust.check(privateKey: $0) },
        checkIdentity: { try TLSTrust.check($0) })
}
