package import RelayCore

/// Meituan Alliance 美团联盟: pushes orders and the changes of their status, and announces the key that signs its pushes.
package struct MeituanAlliance: Platform {
    package let name = "meituan-alliance"
    package let callbacks = [
        Callback(path: "callback", methods: ["POST", "GET"], contentTypes: [FormBody.contentType, "application/json"])
    ]
    package let documentedFields = AllianceOrder.documentedFields

    package init() {}

    package func receive(_ call: InboundCall, for app: App) -> Reception {
        // The console's probe of whether the address can be reached.
        if call.method == "GET" { return .acknowledged }
        do {
            let parameters = try AllianceParameters.read(call.body)
            if parameters["callbackKey"] != nil, parameters["orderid"] == nil {
                return .callbackKey(
                    try CallbackKeyNotice(parameters, for: app, atUnixMilliseconds: call.receivedAtMilliseconds))
            }
            try verify(parameters, for: app, atUnixMilliseconds: call.receivedAtMilliseconds)
            return .event(try AllianceOrder(parameters).pushed(body: call.body))
        } catch {
            return .refused(error)
        }
    }

    package func answer(_ reply: Reply) -> PlatformAnswer {
        AllianceAnswer.answer(reply)
    }

    package func businessFields(of event: Event) throws(PlatformError) -> JSON {
        let parameters = try storedParameters(of: event)
        return .object(
            parameters.pairs.filter { !$0.name.hasBytes(of: "sign") }
                .map { JSON.Member(name: $0.name, value: .string($0.value)) })
    }

    /// A form, however it came: that is what Meituan sends.
    package func signedAnew(
        _ event: Event, appKey: String, secret: Secret, atUnixMilliseconds: Int64
    ) throws(PlatformError) -> WireBody {
        let parameters = try storedParameters(of: event).pairs.map { pair in
            if pair.name.hasBytes(of: "key") {
                (name: pair.name, value: appKey)
            } else if pair.name.hasBytes(of: "ts") {
                (name: pair.name, value: String(atUnixMilliseconds / 1_000))
            } else {
                pair
            }
        }
        do {
            let body = try AllianceSignature.signedForm(parameters, secret: secret)
            return WireBody(contentType: FormBody.contentType, bytes: body)
        } catch {
            throw .unreadableEvent(event.id, reason: "\(error)")
        }
    }

    /// Nothing about a call's content is judged, or said, before its signature is known to be right.
    private func verify(_ parameters: FormBody, for app: App, atUnixMilliseconds now: Int64) throws(Refusal) {
        let missing = parameters.missing(of: ["sign"])
        guard missing.isEmpty, let sign = parameters["sign"] else { throw .missing(missing) }
        let keys = app.callbackKeys.usable(atUnixMilliseconds: now)
        guard !keys.isEmpty else { throw .noCallbackKey }
        let isRight = keys.contains { AllianceSignature.isRight(sign, for: parameters, secret: $0) }
        guard isRight else { throw .wrongSignature }
    }

    private func storedParameters(of event: Event) throws(PlatformError) -> FormBody {
        do {
            return try AllianceParameters.read(event.body)
        } catch {
            throw .unreadableEvent(event.id, reason: error.detail)
        }
    }
}

extension Refusal {
    fileprivate static let noCallbackKey = Refusal(
        .wrongSignature, message: "尚未配置回调密钥,请先在商家侧配置或发送回调密钥通知",
        detail: "the app has no callback key yet: set callback_key in relay.yaml, or have it announced")
}
