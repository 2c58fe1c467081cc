package import RelayCore

/// Youzan Cloud 有赞云: pushes a shop's messages. An app's `appKey` is the `client_id`, its `secret` the `client_secret`.
package struct Youzan: Platform {
    package let name = "youzan"
    package let callbacks = [Callback(path: "messages", methods: ["POST"], contentTypes: ["application/json"])]
    package let documentedFields = YouzanMessage.documentedFields

    package init() {}

    package func receive(_ call: InboundCall, for app: App) -> Reception {
        do {
            let push = try YouzanMessage.object(call.body)
            // The console's test carries no valid signature.
            if push["test"] == .bool(true) { return .acknowledged }
            try verify(push, for: app)
            return .event(try YouzanMessage(push).arrival(body: call.body))
        } catch {
            return .refused(error)
        }
    }

    package func answer(_ reply: Reply) -> PlatformAnswer {
        switch reply {
        case .taken, .pending, .goods: PlatformAnswer(body: Self.body(0, "success"))
        case .settled(let answer): PlatformAnswer(body: answer)
        case .failed(let failure): PlatformAnswer(failure) { Self.body(1, $0) }
        }
    }

    package func businessFields(of event: Event) throws(PlatformError) -> JSON {
        YouzanMessage.businessFields(of: try storedPush(of: event))
    }

    package func signedAnew(
        _ event: Event, appKey: String, secret: Secret, atUnixMilliseconds: Int64
    ) throws(PlatformError) -> WireBody {
        let push = try storedPush(of: event)
        let message = push["msg"]?.stringValue ?? ""
        let signature = YouzanSignature.text(clientID: appKey, message: message, clientSecret: secret)
        let members = (push.members ?? []).map { member in
            if member.isNamed("client_id") {
                JSON.Member(name: member.name, value: .string(appKey))
            } else if member.isNamed("sign") {
                JSON.Member(name: member.name, value: .string(signature))
            } else {
                member
            }
        }
        return WireBody(contentType: "application/json", bytes: JSON.object(members).serialized())
    }

    /// Nothing about a push's content is judged, or said, before its signature is known to be right.
    private func verify(_ push: JSON, for app: App) throws(Refusal) {
        let missing = ["msg", "sign"].filter { push[$0] == nil || push[$0] == .null }
        guard missing.isEmpty else { throw .missing(missing) }
        guard let message = push["msg"]?.stringValue else { throw .notText("msg") }
        guard let sign = push["sign"]?.stringValue else { throw .notText("sign") }
        guard !sign.isEmpty else { throw .missing(["sign"]) }
        let isRight = YouzanSignature.isRight(sign, clientID: app.appKey, message: message, clientSecret: app.secret)
        guard isRight else { throw .wrongSignature }
    }

    private func storedPush(of event: Event) throws(PlatformError) -> JSON {
        do throws(Refusal) {
            return try YouzanMessage.object(event.body)
        } catch {
            throw .unreadableEvent(event.id, reason: error.detail)
        }
    }

    private static func body(_ code: Int, _ message: String) -> [UInt8] {
        (["code": JSON(code), "msg": .string(message)] as JSON).serialized()
    }
}

extension Refusal {
    fileprivate static func notText(_ name: String) -> Refusal {
        Refusal(.malformed, message: "参数 \(name) 应为字符串", detail: "\(name) is not a text")
    }
}
