import RelayCore

/// A goods issue 第三方商品发放 whose signature is right.
struct GoodsIssue {
    static let documentedFields: Set<String> = [
        "openid", "nickname", "headimgurl", "order_no", "goods_code", "phone", "contacts", "h5_guid",
    ]

    private let form: FormBody
    private let orderNo: String
    private let goodsCode: String

    init(_ form: FormBody) throws(Refusal) {
        let missing = form.missing(of: ["openid", "order_no", "goods_code"])
        guard missing.isEmpty else { throw .missing(missing) }
        self.form = form
        orderNo = try form.identifier("order_no")
        goodsCode = try form.identifier("goods_code")
    }

    func arrival(body: [UInt8]) -> Arrival {
        Arrival(
            type: "goods.issue", orderNo: orderNo, goodsCode: goodsCode, body: body, fingerprint: fingerprint(),
            warning: warning())
    }

    /// Over everything that makes a repeat the same call. What is empty stays out: it is not signed either, so anybody on
    /// the way could add it.
    private func fingerprint() -> [UInt8] {
        form.fingerprint { !$0.value.isEmpty && !differsBetweenRepeats($0) }
    }

    private func differsBetweenRepeats(_ parameter: FormBody.Parameter) -> Bool {
        form.isText("time_stamp", at: parameter.name) || form.isText("sign", at: parameter.name)
            || form.isText("nonce_str", at: parameter.name)
    }

    private func warning() -> String? {
        guard let contacts = form["contacts"], !contacts.isEmpty, Self.list(contacts) == nil else { return nil }
        return "contacts is not a JSON array; it is passed on as the text it is"
    }
}

extension GoodsIssue {
    private static let carriers = ["app_key", "time_stamp", "nonce_str", "sign"]

    /// All parameters in the order in which they came, but those that only carry the call: `app_key`, `time_stamp`,
    /// `nonce_str`, `sign`. `contacts` is real JSON where it is the array that it should be.
    static func businessFields(of form: FormBody) -> JSON {
        let members = form.parameters.compactMap { parameter -> JSON.Member? in
            if carriers.contains(where: { form.isText($0, at: parameter.name) }) { return nil }
            let list = form.isText("contacts", at: parameter.name) ? list(form.bytes[parameter.value]) : nil
            return JSON.Member(
                name: form.text(parameter.name), value: list ?? .string(form.text(parameter.value)))
        }
        return .object(members)
    }

    private static func list(_ text: ArraySlice<UInt8>) -> JSON? {
        guard let json = try? JSON(parsing: text), case .array = json else { return nil }
        return json
    }
}
