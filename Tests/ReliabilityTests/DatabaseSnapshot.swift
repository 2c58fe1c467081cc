import Foundation
import TestSupport

/// What the database says once the dust has settled. Times are Unix seconds.
struct DatabaseSnapshot: Decodable, Sendable {
    struct Event: Decodable, Sendable {
        let id: String
        let app: String
        let order: String
        /// Which of the order's events it is; empty where there is one.
        let part: String
        /// What makes a repeat the same call, as the load has it.
        let content: String
        /// Which event of an order came first.
        let seq: Int64

        var name: EventName { EventName(app: app, order: order, part: part) }
    }

    /// A row of the outbox.
    struct OpenDelivery: Decodable, Sendable {
        let eventID: String
        let endpoint: String
    }

    struct Outcome: Decodable, Sendable {
        let eventID: String
        let endpoint: String
        /// The endpoint's number.
        var endpointID: Int32 = 0
        var state: String
        var token: Int64
        /// When the attempt began that it tells of; nil where there was none.
        var startedAt: Double?
        var settledAt: Double
    }

    /// An attempt that did not settle its delivery, or the outcome of an earlier life.
    struct Attempt: Decodable, Sendable {
        let eventID: String
        let endpoint: String
        let token: Int64
        let result: String
    }

    var events: [Event] = []
    var outbox: [OpenDelivery] = []
    var outcomes: [Outcome] = []
    var attempts: [Attempt] = []
}

extension DatabaseSnapshot {
    /// One statement, so that all of it is of one moment.
    private static let query = """
        SELECT json_build_object(
            'events', (
                SELECT coalesce(json_agg(json_build_object(
                    'id', e.id, 'app', a.name, 'order', e.order_no, 'part', split_part(e.dedupe_key, '/', 1),
                    'content', coalesce(
                        substring(convert_from(e.body, 'UTF8') FROM '(?:goods_code|status)=([^&]*)'), ''),
                    'seq', e.seq)), '[]')
                FROM yizhan.event AS e JOIN yizhan.app AS a ON a.id = e.app_id),
            'outbox', (
                SELECT coalesce(json_agg(json_build_object('eventID', o.event_id, 'endpoint', p.name)), '[]')
                FROM yizhan.outbox AS o JOIN yizhan.endpoint AS p ON p.id = o.endpoint_id),
            'outcomes', (
                SELECT coalesce(json_agg(json_build_object(
                    'eventID', o.event_id, 'endpoint', p.name, 'endpointID', p.id, 'state', o.state, 'token', o.token,
                    'startedAt', extract(epoch FROM o.started_at), 'settledAt', extract(epoch FROM o.settled_at))), '[]')
                FROM yizhan.outcome AS o JOIN yizhan.endpoint AS p ON p.id = o.endpoint_id),
            'attempts', (
                SELECT coalesce(json_agg(json_build_object(
                    'eventID', a.event_id, 'endpoint', p.name, 'token', a.token, 'result', a.result)), '[]')
                FROM yizhan.attempt AS a JOIN yizhan.endpoint AS p ON p.id = a.endpoint_id))
        """

    static func take(from url: String, with psql: Psql) async throws -> DatabaseSnapshot {
        try JSONDecoder().decode(DatabaseSnapshot.self, from: Data(try await psql(query, on: url).utf8))
    }
}
