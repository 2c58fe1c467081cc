import ArgumentParser
import Foundation
import RelayCore

/// Where a command has a secret from.
struct SecretOptions: ParsableArguments {
    @Option(help: .init("The environment variable that holds the secret, out of everybody's sight.", valueName: "name"))
    var secretEnv: String?

    @Option(help: .init("The file that holds the secret and nothing else; /dev/stdin is one too.", valueName: "file"))
    var secretFile: String?

    @Option(help: "The secret itself, if it is a test's: everybody on this machine can read it in the process list.")
    var secret: String?

    func validate() throws {
        guard [secret, secretEnv, secretFile].count(where: { $0 != nil }) <= 1 else {
            throw ValidationError("--secret-env, --secret-file and --secret exclude each other")
        }
    }

    /// Nil where no secret is named.
    func value(environment: [String: String] = ProcessInfo.processInfo.environment) throws -> Secret? {
        if let secretEnv {
            guard let text = environment[secretEnv], !text.isEmpty else {
                throw ValidationError("the environment variable \(secretEnv) (--secret-env) is not set")
            }
            return Secret(text)
        }
        if let secretFile {
            let text: String
            do {
                text = try String(contentsOfFile: secretFile, encoding: .utf8)
            } catch {
                throw CommandFailure.unreadableFile(secretFile, error)
            }
            // Editors and `echo` end a file with a line break, which is none of the secret's.
            let secret = text.hasSuffix("\n") ? text.dropLast() : text[...]
            guard !secret.isEmpty else { throw ValidationError("\(secretFile) (--secret-file) is empty") }
            return Secret(String(secret))
        }
        return secret.map { Secret($0) }
    }

    func required() throws -> Secret {
        guard let secret = try value() else { throw ValidationError("--secret-env or --secret-file is missing") }
        return secret
    }
}
