package import RelayCore

/// RenRenXiu 人人秀: calls when a participant wins a prize, and shows our answer to the participant.
package struct RenRenXiu: Platform {
    package let name = "renrenxiu"
    package let callbacks = [
        Callback(path: "goods/issue", methods: ["POST"], contentTypes: [FormBody.contentType]),
        Callback(path: "goods/list", methods: ["POST"], contentTypes: [FormBody.contentType], isStored: false),
    ]
    package let outcomeWriter: (any OutcomeWriter)? = RenRenXiuAnswer()
    package let documentedFields = GoodsIssue.documentedFields

    package init() {}

    package func receive(_ call: InboundCall, for app: App) -> Reception {
        do {
            let form = try verifiedForm(call, for: app)
            if call.callback.path == "goods/list" { return .goodsInquiry(try GoodsInquiry(form)) }
            return .event(try GoodsIssue(form).arrival(body: call.body))
        } catch {
            return .refused(error)
        }
    }

    package func answer(_ reply: Reply) -> PlatformAnswer {
        RenRenXiuAnswer.answer(reply)
    }

    package func businessFields(of event: Event) throws(PlatformError) -> JSON {
        GoodsIssue.businessFields(of: try storedForm(of: event))
    }

    package func signedAnew(
        _ event: Event, appKey: String, secret: Secret, atUnixMilliseconds: Int64
    ) throws(PlatformError) -> WireBody {
        let parameters = try storedForm(of: event).pairs.map { pair in
            if pair.name.hasBytes(of: "app_key") {
                (name: pair.name, value: appKey)
            } else if pair.name.hasBytes(of: "time_stamp") {
                (name: pair.name, value: String(atUnixMilliseconds))
            } else {
                pair
            }
        }
        do {
            let body = try RenRenXiuSignature.signedForm(parameters, secret: secret)
            return WireBody(contentType: FormBody.contentType, bytes: body)
        } catch {
            throw .unreadableEvent(event.id, reason: "\(error)")
        }
    }

    /// Nothing about a call's content is judged, or said, before its signature is known to be right.
    private func verifiedForm(_ call: InboundCall, for app: App) throws(Refusal) -> FormBody {
        let form: FormBody
        do {
            form = try FormBody(parsing: call.body)
        } catch {
            throw Refusal(error)
        }
        guard let appKey = form["app_key"], let time = form["time_stamp"], let sign = form["sign"],
            !appKey.isEmpty, !time.isEmpty, !sign.isEmpty
        else { throw .missing(form.missing(of: ["app_key", "time_stamp", "sign"])) }

        guard form.isText(app.settings.appKey, at: appKey.indices) else { throw .wrongAppKey(parameter: "app_key") }
        guard RenRenXiuSignature.isRight(sign, for: form, secret: app.settings.secret) else { throw .wrongSignature }
        let window = app.settings.clockWindow
        if window > .zero {
            try requireFresh(time, at: call.receivedAtMilliseconds, window: window)
        }
        return form
    }

    private func requireFresh(_ time: ArraySlice<UInt8>, at now: Int64, window: Duration) throws(Refusal) {
        guard time.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
            let sentAt = Int64(String(decoding: time, as: UTF8.self))
        else { throw .garbledTime(parameter: "time_stamp", unit: "毫秒") }
        guard .milliseconds((now - sentAt).magnitude) <= window else {
            throw .stale(parameter: "time_stamp", unit: "毫秒", window: window)
        }
    }

    private func storedForm(of event: Event) throws(PlatformError) -> FormBody {
        do {
            return try FormBody(parsing: event.body)
        } catch {
            throw .unreadableEvent(event.id, reason: "\(error)")
        }
    }
}
