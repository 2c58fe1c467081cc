package import RelayCore

/// The body of a call in the `standard` format: `{"type":…,"timestamp":…,"data":{…}}`.
package enum StandardEnvelope {
    /// The value of `webhook-id`: the same in all attempts of an event, so that it can serve as an idempotency key.
    package static func id(of event: Event) -> String {
        event.id.description
    }

    /// The same bytes for the same event and fields: its `timestamp` is when the relay received the event.
    package static func body(of event: Event, fields: JSON) -> [UInt8] {
        let envelope: JSON = [
            "type": .string(event.type),
            "timestamp": .string(Timestamp(unixMilliseconds: event.receivedAtMilliseconds).description),
            "data": fields,
        ]
        return envelope.serialized()
    }
}
