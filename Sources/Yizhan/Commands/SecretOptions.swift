import ArgumentParser
import Foundation
import RelayCore

/// Where a command has a secret from.
struct SecretOptions: ParsableArguments {
    @Option(help: "The secret itself; everybody on this machine can read it in the process list.")
    var secret: String?

    @Option(help: .init("The environment variable that holds the secret, out of everybody's sight.", valueName: "name"))
    var secretEnv: String?

    func validate() throws {
        if secret != nil, secretEnv != nil {
            throw ValidationError("--secret and --secret-env exclude each other")
        }
    }

    /// Nil where no secret is named.
    func value(environment: [String: String] = ProcessInfo.processInfo.environment) throws -> Secret? {
        guard let secretEnv else { return secret.map { Secret($0) } }
        guard let text = environment[secretEnv], !text.isEmpty else {
            throw ValidationError("the environment variable \(secretEnv) (--secret-env) is not set")
        }
        return Secret(text)
    }

    func required() throws -> Secret {
        guard let secret = try value() else { throw ValidationError("--secret or --secret-env is missing") }
        return secret
    }
}
