/// What a listener needs of its connection.
extension PostgresConnection {
    /// For a read source; nil once the connection is gone.
    var socket: Int32? { wire.socket }

    /// Everything that has come since the last call; does not wait.
    func takeNotifications() throws(PostgresError) -> [PostgresListener.Event] {
        try wire.receive()
        var events: [PostgresListener.Event] = []
        while let (channel, payload) = wire.takeNotification() {
            events.append(.notification(channel: channel, payload: payload))
        }
        return events
    }
}
