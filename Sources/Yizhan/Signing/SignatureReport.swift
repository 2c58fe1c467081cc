import ArgumentParser
import Platforms
import RelayCore

/// Tells how a signature comes about, and whether one that was given is right.
enum SignatureReport {
    /// - Parameters:
    ///   - given: the signature that came with the parameters, to be compared; its absence asks for no verdict.
    ///   - mistakes: what was probably done otherwise where it is not right.
    static func show(
        _ explanation: SignatureExplanation, given: String?, showsSecret: Bool,
        mistakes: (_ given: String) -> (title: String, lines: [String])
    ) throws(ExitCode) {
        for step in explanation.steps { show(step.title, step.lines.isEmpty ? ["(nothing)"] : step.lines) }
        if showsSecret { show("The text that is hashed", [explanation.signedText.reveal()]) }
        guard let isRight = explanation.isGivenSignatureRight, let given else { return }
        if isRight {
            show(
                "The given sign matches",
                given == explanation.signature ? [] : ["(published is \(explanation.signature))"])
            return
        }
        show("The given sign does NOT match", [given])
        let (title, lines) = mistakes(given)
        show(title, lines)
        throw .failure
    }

    /// What explains most signatures that do not match where nothing else does.
    static func commonMistakes(_ secret: String) -> (title: String, lines: [String]) {
        (
            "None of the usual mistakes explains it. Most often",
            [
                "\(secret), or it has a space or a line break at its end",
                "a value was changed between signing and sending: trimmed, escaped, in another encoding",
            ]
        )
    }

    private static func show(_ title: String, _ lines: [String]) {
        Terminal.say(title)
        for line in lines { Terminal.say("    \(line.printable)") }
    }
}
