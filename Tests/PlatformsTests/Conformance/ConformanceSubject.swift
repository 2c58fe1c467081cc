import Platforms
import RelayCore
import Testing

/// A platform as the conformance suite plays it. How its calls are signed is written here a second time, so that an
/// adapter is never checked against itself.
struct ConformanceSubject: Sendable {
    struct Parameter: Hashable, Sendable {
        var name: String
        var value: [UInt8]

        init(_ name: String, _ value: String) {
            self.init(name, bytes: Array(value.utf8))
        }

        init(_ name: String, bytes: [UInt8]) {
            self.name = name
            self.value = bytes
        }
    }

    let platform: any Platform
    /// With a clock window of five minutes where the platform sends a time.
    let app: App
    let callbackPath: String
    let contentType: String
    let orderParameter: String
    let signatureParameter: String
    /// The app with another secret, whose signatures are wrong.
    let stranger: App
    /// The app as an endpoint of the format `platform` sees it: the endpoint's own key and secret verify calls.
    let receiver: @Sendable (_ appKey: String, _ secret: Secret) -> App
    /// The part of a body that its signature protects; all of it by default.
    var protectedRange: @Sendable ([UInt8]) -> Range<Int> = { $0.indices }
    /// Besides the signature.
    let requiredParameters: [String]
    let sendsTime: Bool
    /// A whole call without its signature, with every documented parameter, sent at that Unix time in milliseconds.
    let parameters: @Sendable (Int64) -> [Parameter]
    let sign: @Sendable ([Parameter], App) -> String
    /// The body, whatever is in the parameters.
    let write: @Sendable ([Parameter]) -> [UInt8]
    /// Whether an answer's JSON says that the event was taken.
    let saysTaken: @Sendable (JSON) -> Bool

    static let all: [ConformanceSubject] = [
        .renRenXiu, .meituanAlliance, .youzan,
    ]
}

extension ConformanceSubject: CustomTestStringConvertible {
    var testDescription: String { platform.name }
}

extension ConformanceSubject {
    static let now: Int64 = 1_763_781_000_000

    func signedBody(_ parameters: [Parameter], for app: App? = nil) -> [UInt8] {
        write(parameters + [Parameter(signatureParameter, sign(parameters, app ?? self.app))])
    }

    func receive(_ body: [UInt8], for app: App? = nil, at now: Int64 = Self.now) throws -> Reception {
        let callback = try #require(platform.callbacks.first { $0.path == callbackPath })
        let call = InboundCall(
            callback: callback, method: "POST", contentType: contentType, body: body, receivedAtMilliseconds: now)
        return platform.receive(call, for: app ?? self.app)
    }

    func arrival(_ body: [UInt8], for app: App? = nil, at now: Int64 = Self.now) throws -> Arrival {
        switch try receive(body, for: app, at: now) {
        case .event(let arrival): return arrival
        case .refused(let refusal): throw refusal
        case .acknowledged, .goodsInquiry, .callbackKey: throw NoEvent()
        }
    }

    func refusal(_ body: [UInt8], for app: App? = nil, at now: Int64 = Self.now) throws -> Refusal {
        guard case .refused(let refusal) = try receive(body, for: app, at: now) else { throw TakenAgainstExpectation() }
        return refusal
    }

    func event(_ arrival: Arrival) -> Event {
        Event(
            id: EventID(bits: 1), app: app.id, type: arrival.type, orderNo: arrival.orderNo, body: arrival.body)
    }
}

struct TakenAgainstExpectation: Error {}

struct NoEvent: Error {}
