import ArgumentParser
import Foundation
import Platforms
import RelayCore

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

    @Option(help: .init("The body of a call as it was sent, or - to read it from standard input.", valueName: "body"))
    var form: String?

    @Flag(help: "Also show the text that is hashed with the secret in it.")
    var showSecret = false

    @Argument(help: .init("The parameters, decoded.", valueName: "name=value"))
    var parameters: [NamedValue] = []

    func validate() throws {
        guard (form == nil) != parameters.isEmpty else {
            throw ValidationError("either parameters (name=value …) or --form is needed")
        }
    }

    func run() throws {
        let secret = try secret.required()
        let body = try body()
        let form: FormBody
        do {
            form = try FormBody(parsing: body)
        } catch {
            Terminal.complain("the parameters cannot be signed: \(error)")
            throw ExitCode.failure
        }
        let explanation = RenRenXiuSignature.explanation(of: form, secret: secret)
        for step in explanation.steps { show(step.title, step.lines.isEmpty ? ["(nothing)"] : step.lines) }
        if showSecret { show("The text that is hashed", [explanation.signedText.reveal()]) }
        guard let isRight = explanation.isGivenSignatureRight, let sign = form["sign"] else { return }
        let given = String(decoding: sign, as: UTF8.self)
        if isRight {
            show("The given sign matches", given == explanation.signature ? [] : ["(published is upper case)"])
            return
        }
        show("The given sign does NOT match", [given])
        let mistakes = SignatureDiagnosis(of: body, form, secret: secret).mistakes(behind: given)
        if let mistakes {
            show("It comes out when", mistakes.map { "\($0)" })
        } else {
            show(
                "None of the usual mistakes explains it. Most often",
                [
                    "the AppSecret is another app's, or has a space or a line break at its end",
                    "a value was changed between signing and sending: trimmed, escaped, in another encoding",
                ])
        }
        throw ExitCode.failure
    }

    private func body() throws -> [UInt8] {
        guard let form else { return FormBody.encode(parameters.map { (name: $0.name, value: $0.value) }) }
        guard form == "-" else { return Array(form.utf8) }
        var body = Array(try FileHandle.standardInput.readToEnd() ?? Data())
        // A form has none: this one comes from an editor or from `echo`.
        while body.last == UInt8(ascii: "\n") || body.last == UInt8(ascii: "\r") { body.removeLast() }
        return body
    }

    private func show(_ title: String, _ lines: [String]) {
        Terminal.say(title)
        for line in lines { Terminal.say("    \(line.printable)") }
    }
}
