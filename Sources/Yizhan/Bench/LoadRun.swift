import Foundation
import NIOCore
import NIOPosix

/// Sends a load. Confined to one event loop, so that a call takes no hop and no lock.
final class LoadRun {
    private static let patience = TimeAmount.seconds(10)

    private let plan: LoadPlan
    private let loop: any EventLoop
    private let promise: EventLoopPromise<LoadReport>
    private var issues: [StampedIssue]
    private var report: LoadReport
    private var latencies: [Int] = []

    private var connections: [ObjectIdentifier: LoadConnection] = [:]
    private var idle: [LoadConnection] = []
    /// Calls of an open loop that no connection is free for; the time they wait is counted.
    private var waiting: CircularBuffer<LoadConnection.Call> = []
    private var start = NIODeadline.now()
    private var end = NIODeadline.now()
    private var nextDue = NIODeadline.now()
    private var isOver = false

    /// Sends a plan's calls and waits for their answers.
    static func run(_ plan: LoadPlan) async throws -> LoadReport {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let promise = loop.makePromise(of: LoadReport.self)
        loop.execute {
            do {
                try LoadRun(plan, on: loop, promise).connect()
            } catch {
                promise.fail(error)
            }
        }
        let result: Result<LoadReport, any Error>
        do {
            result = .success(try await promise.futureResult.get())
        } catch {
            result = .failure(error)
        }
        try await group.shutdownGracefully()
        return try result.get()
    }

    private init(_ plan: LoadPlan, on loop: any EventLoop, _ promise: EventLoopPromise<LoadReport>) throws {
        self.plan = plan
        self.loop = loop
        self.promise = promise
        issues = try plan.apps.map { try StampedIssue(app: $0, plan: plan) }
        report = LoadReport(plan)
    }

    private func connect() {
        let bootstrap = ClientBootstrap(group: loop).channelOption(.tcpOption(.tcp_nodelay), value: 1)
        for _ in 0..<plan.connections {
            bootstrap.connect(host: "127.0.0.1", port: plan.port).assumeIsolated().whenComplete { result in
                do {
                    let channel = try result.get()
                    let connection = LoadConnection(channel: channel, run: self)
                    try channel.pipeline.syncOperations.addHandler(connection)
                    self.connections[ObjectIdentifier(connection)] = connection
                    if self.connections.count == self.plan.connections { self.begin() }
                } catch {
                    self.promise.fail(error)
                }
            }
        }
    }

    private func begin() {
        start = .now()
        end = start + .seconds(Int64(plan.seconds))
        nextDue = start
        idle = Array(connections.values)
        let last = end + Self.patience
        loop.assumeIsolated().scheduleTask(deadline: last) { self.finish() }
        if let rate = plan.rate {
            sendDue(rate: rate)
        } else {
            while !isOver, let connection = idle.popLast() { send(nextCall(dueAt: .now()), on: connection) }
        }
    }

    /// The open loop: what is due is sent, or waits for a connection.
    private func sendDue(rate: Int) {
        let now = NIODeadline.now()
        while nextDue <= now, nextDue < end {
            let call = nextCall(dueAt: nextDue)
            // Calls of many people come at random: with gaps of an exponential distribution.
            nextDue = nextDue + .nanoseconds(Int64(-log(Double.random(in: 0..<1).distance(to: 1)) * 1e9 / Double(rate)))
            if let connection = idle.popLast() { send(call, on: connection) } else { waiting.append(call) }
        }
        if nextDue < end {
            loop.assumeIsolated().scheduleTask(deadline: nextDue) { self.sendDue(rate: rate) }
        } else {
            finishIfDone()
        }
    }

    private func nextCall(dueAt due: NIODeadline) -> LoadConnection.Call {
        defer { report.sent += 1 }
        if plan.tellsTimes {
            report.dueAt.append(Int64(due.uptimeNanoseconds))
            report.answeredAt.append(0)
        }
        return LoadConnection.Call(order: report.sent, due: due)
    }

    private func send(_ call: LoadConnection.Call, on connection: LoadConnection) {
        let app = call.order % issues.count
        connection.send(
            issues[app].request(for: call.order, atUnixMilliseconds: SystemClock.unixMilliseconds()), of: call)
    }

    func answered(
        _ call: LoadConnection.Call, _ message: HTTPMessageScanner.Message, on connection: LoadConnection
    ) {
        guard !isOver else { return }
        let now = NIODeadline.now()
        if Self.isTaken(message) {
            report.accepted += 1
            latencies.append(Int((now - call.due).nanoseconds / 1_000))
            if plan.tellsTimes { report.answeredAt[call.order] = Int64(now.uptimeNanoseconds) }
        } else {
            refuse(call, "\(message.firstLine), \(String(buffer: message.body).prefix(120))")
        }
        if let next = waiting.popFirst() {
            send(next, on: connection)
        } else if plan.rate == nil, now < end {
            send(nextCall(dueAt: now), on: connection)
        } else {
            idle.append(connection)
            finishIfDone()
        }
    }

    func ended(_ connection: LoadConnection) {
        guard !isOver else { return }
        if let call = connection.call { refuse(call, "the connection was closed") }
        connections[ObjectIdentifier(connection)] = nil
        idle.removeAll { $0 === connection }
        finishIfDone()
    }

    private func refuse(_ call: LoadConnection.Call, _ reason: String) {
        report.refused.append(call.order)
        report.refusals[reason, default: 0] += 1
    }

    private func finishIfDone() {
        let isSent = waiting.isEmpty && (plan.rate == nil ? NIODeadline.now() >= end : nextDue >= end)
        if connections.isEmpty || isSent && idle.count == connections.count { finish() }
    }

    private func finish() {
        guard !isOver else { return }
        isOver = true
        for call in connections.values.compactMap(\.call) + waiting { refuse(call, "no answer") }
        report.elapsed = .nanoseconds((NIODeadline.now() - start).nanoseconds)
        report.latencies = Quantiles(latencies)
        for connection in connections.values { connection.close() }
        promise.succeed(report)
    }

    /// What RenRenXiu looks at.
    private static func isTaken(_ message: HTTPMessageScanner.Message) -> Bool {
        guard message.firstLine.hasPrefix("HTTP/1.1 200") else { return false }
        return message.body.withUnsafeReadableBytes { $0.place(of: #""result":0"#) != nil }
    }
}
