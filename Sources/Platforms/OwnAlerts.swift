package import RelayCore

/// The relay's own alerts, as events. Nobody calls it: it has no address.
package struct OwnAlerts: Platform {
    package let name = OwnHouse.platform
    package let callbacks: [Callback] = []
    package let documentedFields: Set<String> = [
        "kind", "endpoint", "merchant", "since", "count", "reason", "text",
    ]

    package init() {}

    package func receive(_ call: InboundCall, for app: App) -> Reception {
        .refused(.noRoute)
    }

    package func answer(_ reply: Reply) -> PlatformAnswer {
        PlatformAnswer(status: 404, body: [])
    }

    package func businessFields(of event: Event) throws(PlatformError) -> JSON {
        do {
            return try JSON(parsing: event.body)
        } catch {
            throw .unreadableEvent(event.id, reason: "\(error)")
        }
    }

    package func signedAnew(
        _ event: Event, appKey: String, secret: Secret, atUnixMilliseconds: Int64
    ) throws(PlatformError) -> WireBody {
        WireBody(contentType: "application/json", bytes: event.body)
    }
}
