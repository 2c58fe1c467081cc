import ArgumentParser
import Logging
import RelayCore

/// A `send` from its first call to its exit code.
struct SendRun {
    /// With more calls than this, only what went wrong is told call by call.
    private static let fewCalls = 20

    let plan: SendPlan
    let concurrency: Int
    /// One JSON object per line.
    let json: Bool
    let destination: PlatformDestination

    /// Throws the exit code unless every call was accepted. Ctrl-C ends the sending, and what was sent is summed up.
    func run(_ call: @escaping Sender.Call) async throws {
        let tellsEach = plan.total <= Self.fewCalls
        let json = json
        let sender = Sender(plan: plan, concurrency: concurrency, showsProgress: !json && !tellsEach) {
            orderNo, number in
            guard let report = try await call(orderNo, number) else { return nil }
            if json {
                Terminal.say(String(decoding: report.json.serialized(), as: UTF8.self))
            } else if tellsEach {
                Terminal.say(report.line)
            }
            return report
        }
        let result: Result<Void, any Error>
        do {
            result = .success(
                try await runUntilSignalled(
                    sender, logger: Logger(label: "send", factory: { _ in SwiftLogNoOpLogHandler() })))
        } catch {
            result = .failure(error)
        }
        await destination.close()
        try result.get()

        let summary = sender.summary
        if json {
            Terminal.say(String(decoding: (["summary": summary.json] as JSON).serialized(), as: UTF8.self))
        } else {
            if tellsEach { Terminal.say() }
            for line in summary.lines { Terminal.say(line) }
        }
        guard summary.isAllAccepted else { throw ExitCode.failure }
    }
}
