package import RelayCore

/// The body of a call in the `standard` format: `{"type":…,"timestamp":…,"data":{…}}`.
package enum StandardEnvelope {
    /// The value of `webhook-id`: the same in all attempts of an event, so that it can serve as an idempotency key.
    package static func id(of event: Event) -> String {
        event.id.description
    }

    /// The same bytes for the same event and fields: its `timestamp` is when the relay received the event.
    package static func body(of event: Event, fields: JSON) -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(event.body.count + 128)
        body += #"{"type":"#.utf8
        JSON.write(event.type, into: &body)
        body += #","timestamp":""#.utf8
        Timestamp(unixMilliseconds: event.receivedAtMilliseconds).write(into: &body)
        body += #"","data":"#.utf8
        fields.write(into: &body)
        body += "}".utf8
        return body
    }
}
