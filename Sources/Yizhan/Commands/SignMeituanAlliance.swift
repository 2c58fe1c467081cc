import ArgumentParser
import Platforms
import RelayCore

struct SignMeituanAlliance: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "meituan-alliance",
        abstract: "Show how Meituan Alliance's signature comes about, of a push or of a call of its API.",
        discussion: """
            Example:  yizhan sign meituan-alliance --secret-env MT_CALLBACK_KEY orderid=1000000001 status=1 total=36.80
                      yizhan sign meituan-alliance --secret-env MT_CALLBACK_KEY --form 'orderid=1000000001&…&sign=7f84…'

            Pushes are signed with the callback key 回调密钥, calls of the API and key notifications with the API secret \
            密钥. The body may be a JSON object too. If a sign is given, the exit code is 1 when it does not match.
            """)

    @OptionGroup var secret: SecretOptions
    @OptionGroup var signed: SignedBody

    func run() throws {
        let secret = try secret.required()
        let body = try signed.bytes()
        let parameters: FormBody
        do throws(Refusal) {
            parameters = try AllianceParameters.read(body)
        } catch {
            Terminal.complain("the parameters cannot be signed: \(error.detail)")
            throw ExitCode.failure
        }
        try SignatureReport.show(
            AllianceSignature.explanation(of: parameters, secret: secret),
            given: parameters["sign"].map { String(decoding: $0, as: UTF8.self) }, showsSecret: signed.showSecret
        ) { _ in
            SignatureReport.commonMistakes(
                "it is the other of the two secrets (the callback key signs pushes, the API secret all else)")
        }
    }
}
