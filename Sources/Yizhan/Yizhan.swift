import ArgumentParser
import Foundation

@main
struct Yizhan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "yizhan",
        abstract: "A webhook relay: takes signed callbacks, stores them, and delivers them until they are settled.",
        discussion: """
            To see it work:  yizhan demo
            To run it:       yizhan serve --config relay.yaml
            To have the shell complete it (bash; zsh and fish have theirs):
                             source <(yizhan --generate-completion-script bash)

            Exit codes: 0 done, 1 failed, 2 usage, 3 not in the asked state.
            """,
        version: "0.1.0",
        subcommands: [
            Serve.self, Migrate.self, Apply.self, Status.self, Trace.self, Requeue.self, Cancel.self, Pause.self,
            Resume.self, Keys.self, Meituan.self, Sign.self, Send.self, Sink.self, Demo.self,
            Bench.self, BenchWork.self, Healthcheck.self,
        ])

    /// The exit codes are a promise to scripts: `ArgumentParser` has 64 for usage where this has 2.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let code as ExitCode {
            Foundation.exit(code.rawValue)
        } catch {
            let code = exitCode(for: error)
            if code == .success { exit(withError: error) }
            let message = code == .validationFailure ? fullMessage(for: error) : "Error: \(error)"
            FileHandle.standardError.write(Data((message + "\n").utf8))
            Foundation.exit(code == .validationFailure ? 2 : 1)
        }
    }
}
