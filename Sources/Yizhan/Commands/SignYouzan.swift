import ArgumentParser
import Platforms
import RelayCore

struct SignYouzan: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "youzan",
        abstract: "Show how the signature of Youzan's message push comes about.",
        discussion: """
            Example:  yizhan sign youzan --client-id testid --secret-env YZ_CLIENT_SECRET --msg '%7B%22tid%22%3A%22E1%22%7D'
                      pbpaste | yizhan sign youzan --client-id testid --secret-env YZ_CLIENT_SECRET --push -

            The secret is the client_secret. msg is signed as it came, still URL-encoded. If the push has a sign, the exit \
            code is 1 when it does not match.
            """)

    @Option(help: "The app's client_id.")
    var clientID: String

    @OptionGroup var secret: SecretOptions

    @Option(help: .init("The parameter msg as it came.", valueName: "text"))
    var msg: String?

    @Option(help: .init("The whole push as it came, or - to read it from standard input.", valueName: "json"))
    var push: String?

    @Flag(help: "Also show the text that is hashed with the secret in it.")
    var showSecret = false

    func validate() throws {
        guard (msg == nil) != (push == nil) else { throw ValidationError("either --msg or --push is needed") }
    }

    func run() throws {
        let secret = try secret.required()
        let (message, given) = try message()
        try SignatureReport.show(
            YouzanSignature.explanation(clientID: clientID, message: message, clientSecret: secret, given: given),
            given: given, showsSecret: showSecret
        ) { _ in
            SignatureReport.commonMistakes("client_id or client_secret are another app's")
        }
    }

    private func message() throws -> (message: String, given: String?) {
        if let msg { return (msg, nil) }
        do {
            let json = try JSON(parsing: StandardInput.text(push ?? ""))
            guard let message = json["msg"]?.stringValue else {
                throw ValidationError("the push has no text named msg")
            }
            return (message, json["sign"]?.stringValue)
        } catch let error as JSONError {
            Terminal.complain("the push cannot be read: \(error)")
            throw ExitCode.failure
        }
    }
}
