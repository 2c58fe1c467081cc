import Subprocess
import SystemPackage
import Testing

@Suite(.fewAtOnce, .timeLimit(.minutes(15))) struct CompletionTests {
    private static let commands = [
        "serve", "migrate", "apply", "status", "trace", "requeue", "cancel", "pause", "resume", "keys", "meituan",
        "sign",
        "send", "sink", "demo",
    ]

    @Test(arguments: ["bash", "zsh", "fish"])
    func theScriptOfEachShellKnowsEveryCommand(shell: String) async throws {
        let script = try await YizhanCommand.run(["--generate-completion-script", shell]).requireSuccess().output
        for command in Self.commands { #expect(script.contains(command)) }
    }

    @Test func aShellThatIsUnknownIsRefused() async throws {
        let result = try await YizhanCommand.run(["--generate-completion-script", "cmd.exe"])
        #expect(result.exitCode == 2)
        #expect(result.errors.contains("zsh bash fish"))
    }

    @Test(arguments: [
        ("yizhan re", "requeue resume"), ("yizhan requeue --st", "--state"),
        ("yizhan requeue --state e", "exhausted expired"), ("yizhan status --fail-on o", "oldest=10m"),
        ("yizhan sink me", "merchant meituan-voucher meituan-alliance"),
    ])
    func bashCompletesWhatIsBegun(line: String, completions: String) async throws {
        let script = """
            source <("$0" --generate-completion-script bash)
            COMP_LINE=$1 COMP_POINT=${#1}
            read -r -a COMP_WORDS <<< "$1"
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _yizhan yizhan "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            echo "${COMPREPLY[*]}"
            """
        let ended = try await run(
            .path("/bin/bash"), arguments: ["--norc", "-c", script, YizhanCommand.path, line],
            output: .string(limit: 1 << 16), error: .string(limit: 1 << 16))
        #expect(ended.standardOutput == completions + "\n")
        #expect(ended.standardError.isEmpty)
    }

    @Test func theHelpSaysHowToHaveIt() async throws {
        let help = try await YizhanCommand.run(["--help"]).requireSuccess().output
        #expect(help.contains("--generate-completion-script bash"))
    }
}
