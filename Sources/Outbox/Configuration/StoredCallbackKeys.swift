package import Logging
import Metrics
import PostgreSQL
package import RelayCore

/// Keeps callback keys among their apps' sealed secrets.
package struct StoredCallbackKeys: CallbackKeys {
    private let store: ConfigurationStore
    private let watch: ConfigurationWatch
    private let logger: Logger

    package init(store: ConfigurationStore, watch: ConfigurationWatch, logger: Logger) {
        self.store = store
        self.watch = watch
        self.logger = logger
    }

    package func announce(
        _ notice: CallbackKeyNotice, of app: App
    ) async throws(InboxError) -> CallbackKeyRing.Announcement {
        do {
            let announcement = try await store.announce(notice, ofAppNamed: app.name)
            await watch.refresh()
            return announcement
        } catch {
            logger.error(
                "an announced callback key could not be stored", metadata: ["app": "\(app.name)", "error": "\(error)"])
            throw .unavailable
        }
    }
}

extension ConfigurationStore {
    /// In the place of what was current; running relays hear of it.
    fileprivate func announce(
        _ notice: CallbackKeyNotice, ofAppNamed name: String
    ) async throws -> CallbackKeyRing.Announcement {
        try await transaction(.readCommitted) { [box] connection in
            // First, as apply does: whoever changes the configuration locks its one row before any other.
            try await connection.query("SELECT c.version FROM yizhan.configuration AS c FOR UPDATE")
            let stored = try await StoredConfiguration.load(on: connection, opening: box)
            guard let app = stored.apps.first(where: { $0.name == name }), let alliance = app.alliance else {
                throw ConfigurationError.unreadable(row: "app \(name)", reason: "it is not there any more")
            }
            var keys = app.callbackKeys
            let announcement = keys.announce(
                notice.key, atSeconds: notice.announcedAtSeconds, grace: alliance.keyGrace,
                nowUnixMilliseconds: try await connection.databaseMilliseconds())
            guard keys != app.callbackKeys else { return announcement }
            let sealed = try SealedSecrets(
                secret: app.secret, declaredCallbackKey: alliance.callbackKey, callbackKeys: keys
            ).seal(for: .app(name), in: box)
            try await connection.query(
                "UPDATE yizhan.app AS a SET sealed_secrets = $2 WHERE a.name = $1", [.text(name), .bytea(sealed)])
            try await connection.query("SELECT yizhan.configuration_changed()")
            try await connection.query(
                """
                INSERT INTO yizhan.ops_log (action, app_id, arguments, row_count)
                VALUES ('callback_key', $1, '{}', 1)
                """, [.int32(app.id.number)])
            return announcement
        }
    }
}
