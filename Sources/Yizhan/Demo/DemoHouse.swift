import Logging
import ServiceLifecycle
import Synchronization

/// The relay, a merchant and the one who tells about them, in one process. Ends when it is told to, or, `once`, after
/// the story.
struct DemoHouse: Service {
    let stage: DemoStage
    let program: String
    let once: Bool
    let logger: Logger

    func run() async throws {
        let merchantBound = AsyncStream.makeStream(of: Void.self)
        let relayReady = AsyncStream.makeStream(of: Void.self)
        let isOver = Atomic(false)
        let merchant = SampleMerchant(
            listen: ListenAddress(host: "127.0.0.1", port: stage.merchantPort),
            signature: try stage.merchantSignature()
        ) { received in
            if isOver.load(ordering: .relaxed) { Terminal.say("     \(received.line)") }
        } onReady: { _ in
            merchantBound.continuation.finish()
        }
        let relay = Relay(
            settings: stage.settings, configurationFile: stage.relayFile, logger: logger,
            onReady: { _ in relayReady.continuation.finish() })
        let narrator = Narrator {
            for await _ in merchantBound.stream {}
            for await _ in relayReady.stream {}
            // The streams end as well when the relay does not come up; its own error says why.
            if Task.isCancelled { return }
            let story = DemoStory(stage: stage, merchant: merchant, program: program)
            try await story.tell()
            if once { return }
            try story.suggestCommands()
            isOver.store(true, ordering: .relaxed)
            try await gracefulShutdown()
        }
        try await ServiceGroup(
            configuration: .init(
                services: [
                    .init(service: merchant), .init(service: relay),
                    .init(
                        service: narrator, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup),
                ],
                logger: Logger(label: "lifecycle", factory: { _ in SwiftLogNoOpLogHandler() }))
        ).run()
    }
}

/// Falls silent at once when it is told to stop, wherever in the story that is.
private struct Narrator: Service {
    let tell: @Sendable () async throws -> Void

    init(_ tell: @escaping @Sendable () async throws -> Void) {
        self.tell = tell
    }

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown(tell)
        } catch _ where Task.isShuttingDownGracefully {
            // Half a story is broken off, whatever the part that it was in makes of that.
            return
        }
    }
}
