import NIOCore
import NIOHTTP1

/// The connections of a destination and the calls that wait for one. Confined to one event loop, so that a call takes
/// a single hop and no lock.
final class ConnectionPool {
    private let target: ConnectionSetup.Target
    private let maximumConnections: Int
    private let idleTimeout: TimeAmount
    private let eventLoop: any EventLoop
    private let hostHeader: String

    private var connections: [ObjectIdentifier: HTTPConnection] = [:]
    private var setups: [ObjectIdentifier: ConnectionSetup] = [:]
    /// The last to become free is last, and taken first, so that what is not needed grows old at the front.
    private var idle: [HTTPConnection] = []
    private var queue = CircularBuffer<(call: PendingCall, timer: Scheduled<Void>)>()
    private var idleTimer: Scheduled<Void>?
    private var isClosed = false
    private var isCutShort = false
    private var whenDrained: [() -> Void] = []

    init(target: ConnectionSetup.Target, maximumConnections: Int, idleTimeout: TimeAmount, eventLoop: any EventLoop) {
        self.target = target
        self.maximumConnections = maximumConnections
        self.idleTimeout = idleTimeout
        self.eventLoop = eventLoop
        hostHeader = target.origin.authority
    }

    func start(_ call: PendingCall) {
        if call.isCancelled || isCutShort { return call.finish(.failure(.cancelled)) }
        if isClosed { return call.finish(.failure(.destinationClosed)) }
        if call.deadline <= NIODeadline.now() { return call.finish(.failure(.timedOut(.queueing))) }
        while let connection = idle.popLast() {
            if connection.isIdle { return connection.start(call) }
        }
        if hasRoom {
            connect(call)
        } else {
            enqueue(call)
        }
    }

    /// Connects anew for a call whose connection turned out dead, before any call of the queue gets the slot.
    func retry(_ call: PendingCall) {
        connect(call)
    }

    func endCancelledCalls() {
        cancel { $0.isCancelled }
    }

    /// Ends all calls, also those to come.
    func cutShort() {
        isCutShort = true
        cancel { _ in true }
    }

    /// Ends idle connections and refuses new calls; `whenDrained` is called when the calls made before have ended.
    func close(whenDrained: @escaping () -> Void) {
        isClosed = true
        idleTimer?.cancel()
        self.whenDrained.append(whenDrained)
        for connection in idle { connection.closeIfIdle() }
        serveQueue()
    }

    func connectionIsFree(_ connection: HTTPConnection) {
        if let next = queue.popFirst() {
            next.timer.cancel()
            return connection.start(next.call)
        }
        if isClosed { return connection.closeIfIdle() }
        connection.idleSince = .now()
        idle.append(connection)
        if idleTimer == nil { setIdleTimer() }
    }

    func connectionEnded(_ connection: HTTPConnection) {
        connections[ObjectIdentifier(connection)] = nil
        idle.removeAll { $0 === connection }
    }

    /// Connects for waiting calls as far as there is room.
    func serveQueue() {
        while hasRoom, let next = queue.popFirst() {
            next.timer.cancel()
            connect(next.call)
        }
        guard isClosed, connections.isEmpty, setups.isEmpty, queue.isEmpty else { return }
        let callbacks = whenDrained
        whenDrained = []
        for callback in callbacks { callback() }
    }

    private func cancel(_ isConcerned: (PendingCall) -> Bool) {
        // Those that wait come first, so that none of them gets the place of one that ends.
        for entry in queue where isConcerned(entry.call) { leaveQueue(entry.call, .cancelled) }
        for setup in setups.values where isConcerned(setup.pending) { setup.cancel() }
        for connection in connections.values {
            if let call = connection.pending, isConcerned(call) { connection.cancel() }
        }
    }

    private var hasRoom: Bool { connections.count + setups.count < maximumConnections }

    private func enqueue(_ call: PendingCall) {
        call.enter(.queueing)
        let timer = eventLoop.assumeIsolated().scheduleTask(deadline: call.deadline) {
            self.leaveQueue(call, .timedOut(.queueing))
        }
        queue.append((call, timer))
    }

    private func leaveQueue(_ call: PendingCall, _ failure: HTTPFailure) {
        guard let index = queue.firstIndex(where: { $0.call === call }) else { return }
        queue.remove(at: index).timer.cancel()
        call.finish(.failure(failure))
    }

    private func connect(_ call: PendingCall) {
        let id = ObjectIdentifier(call)
        let setup = ConnectionSetup(for: call, to: target, on: eventLoop) { result in
            self.setups[id] = nil
            switch result.flatMap(self.makeConnection) {
            case .success(let connection): connection.start(call)
            case .failure(let failure):
                call.finish(.failure(failure))
                self.serveQueue()
            }
        }
        setups[id] = setup
        setup.start()
    }

    private func makeConnection(on channel: any Channel) -> Result<HTTPConnection, HTTPFailure> {
        let connection = HTTPConnection(channel: channel, pool: self)
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = HTTPAnswer.maximumHeadByteCount
        limits.maxHeaderListSize = HTTPAnswer.maximumHeadByteCount
        let decoder = HTTPResponseDecoder(informationalResponseStrategy: .forward, limitConfiguration: limits)
        do {
            try channel.pipeline.syncOperations.addHandlers([
                AnswerFeed(connection), RequestWriter(connection, host: hostHeader), ByteToMessageHandler(decoder),
                connection,
            ])
        } catch {
            // Adding handlers fails only on a channel that has closed since it connected.
            return .failure(.closedBeforeAnswer)
        }
        connections[ObjectIdentifier(connection)] = connection
        return .success(connection)
    }

    private func setIdleTimer() {
        guard let oldest = idle.first else { return }
        idleTimer = eventLoop.assumeIsolated().scheduleTask(deadline: oldest.idleSince + idleTimeout) {
            self.closeOldConnections()
        }
    }

    private func closeOldConnections() {
        idleTimer = nil
        let limit = NIODeadline.now() - idleTimeout
        for connection in idle.prefix(while: { $0.idleSince <= limit }) { connection.closeIfIdle() }
        setIdleTimer()
    }
}
