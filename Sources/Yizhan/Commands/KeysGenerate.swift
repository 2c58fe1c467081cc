import ArgumentParser
import Outbox
import RelayCore

struct KeysGenerate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Print a new master key.",
        discussion: """
            Example:  yizhan keys generate >new.key

            32 random bytes in base64, on standard output. It is kept nowhere.
            """)

    func run() {
        Terminal.say(MasterKeys.generate().reveal())
    }
}
