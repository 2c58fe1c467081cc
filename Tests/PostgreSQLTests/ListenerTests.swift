import Logging
import PostgreSQL
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct ListenerTests {
    @Test func notificationsArriveWithChannelAndPayload() async throws {
        let configuration = try await PostgresConfiguration.fresh()
        let listener = PostgresListener(configuration: configuration, channels: ["due", "Ops \"1\""], logger: .silent)
        let sender = try await PostgresConnection.open(configuration)
        var events = listener.events.makeAsyncIterator()
        #expect(await events.next() == .connected)
        try await sender.query("SELECT pg_notify('due', '驿站 1'), pg_notify('other', ''), pg_notify('Ops \"1\"', '')")
        #expect(await events.next() == .notification(channel: "due", payload: "驿站 1"))
        #expect(await events.next() == .notification(channel: "Ops \"1\"", payload: ""))
        async let next = { [events] in
            var events = events
            return await events.next()
        }()
        try await sender.query("SELECT pg_notify('due', 'later')")
        #expect(await next == .notification(channel: "due", payload: "later"))
    }

    @Test func nothingIsLostInABurst() async throws {
        let configuration = try await PostgresConfiguration.fresh()
        let listener = PostgresListener(configuration: configuration, channels: ["due"], logger: .silent)
        let sender = try await PostgresConnection.open(configuration)
        var events = listener.events.makeAsyncIterator()
        #expect(await events.next() == .connected)
        try await sender.query("SELECT pg_notify('due', n::text) FROM generate_series(1, 1000) n")
        for number in 1...1000 {
            #expect(await events.next() == .notification(channel: "due", payload: "\(number)"))
        }
    }

    @Test func aLostConnectionIsOpenedAnewAndLoggedOnce() async throws {
        let configuration = try await PostgresConfiguration.fresh()
        let log = RecordedLog()
        let listener = PostgresListener(configuration: configuration, channels: ["due"], logger: log.logger)
        let other = try await PostgresConnection.open(configuration)
        var events = listener.events.makeAsyncIterator()
        #expect(await events.next() == .connected)
        for round in 1...2 {
            let rows = try await other.query(
                "SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()")
            try await other.terminate(rows[0].int32(0))
            #expect(await events.next() == .connected)
            try await other.query("SELECT pg_notify('due', 'after')")
            #expect(await events.next() == .notification(channel: "due", payload: "after"))
            #expect(log.lines.filter { $0.hasPrefix("warning") }.count == round)
        }
    }

    @Test func manyFailedTriesAreOneWarning() async throws {
        let log = RecordedLog()
        let listener = PostgresListener(
            configuration: try PostgresConfiguration("host=/nonexistent"), channels: ["due"], logger: log.logger)
        let task = Task { for await _ in listener.events {} }
        try await eventually("it has tried again") { log.lines.count >= 3 }
        task.cancel()
        await task.value
        #expect(log.lines.filter { $0.hasPrefix("warning") }.count == 1)
    }

    @Test func theSequenceEndsWithItsTask() async throws {
        let configuration = try await PostgresConfiguration.fresh()
        let listener = PostgresListener(configuration: configuration, channels: ["due"], logger: .silent)
        let (connected, continuation) = AsyncStream<Void>.makeStream()
        let task = Task {
            for await event in listener.events where event == .connected { continuation.yield() }
        }
        for await _ in connected { break }
        task.cancel()
        await task.value
        let other = try await PostgresConnection.open(configuration)
        try await eventually("its session has ended") {
            try await other.query(
                "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"
            ).isEmpty
        }
    }
}
