import ArgumentParser
import Platforms

struct SignRenRenXiu: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "renrenxiu",
        abstract: "Show how RenRenXiu's signature comes about, and what is wrong with one that does not match.",
        discussion: """
            Example:  export RRX_SECRET=eRdLi88c6I6L95PFSX1Nq69Y84xLcD3T
                      yizhan sign renrenxiu --secret-env RRX_SECRET app_key=96c8… time_stamp=1543999047492 order_no=19
                      yizhan sign renrenxiu --secret-env RRX_SECRET --form 'order_no=19&nickname=%E5%BC%A0&sign=586D…'
                      pbpaste | yizhan sign renrenxiu --secret-env RRX_SECRET --form -

            Use --secret-env rather than --secret: what stands in the command line, everybody on the machine can read in \
            the process list. If a sign is given, the exit code is 1 when it does not match, and the usual mistakes are \
            tried on it.
            """)

    @OptionGroup var secret: SecretOptions
    @OptionGroup var signed: SignedBody

    func run() throws {
        let secret = try secret.required()
        let body = try signed.bytes()
        let form: FormBody
        do {
            form = try FormBody(parsing: body)
        } catch {
            Terminal.complain("the parameters cannot be signed: \(error)")
            throw ExitCode.failure
        }
        try SignatureReport.show(
            RenRenXiuSignature.explanation(of: form, secret: secret),
            given: form["sign"].map { String(decoding: $0, as: UTF8.self) }, showsSecret: signed.showSecret
        ) { given in
            let mistakes = SignatureDiagnosis(of: body, form, secret: secret).mistakes(behind: given)
            return mistakes.map { ("It comes out when", $0.map { "\($0)" }) }
                ?? SignatureReport.commonMistakes("the AppSecret is another app's")
        }
    }
}
