import Crypto
import RelayCore

/// A goods issue 第三方商品发放 whose signature is right.
struct GoodsIssue {
    /// An order number and a goods code are columns of their own in the database, and are typed into shells.
    private static let maximumIdentifierBytes = 128

    private let form: FormBody
    private let orderNo: String
    private let goodsCode: String

    init(_ form: FormBody) throws(Refusal) {
        let missing = form.missing(of: ["openid", "order_no", "goods_code"])
        guard missing.isEmpty else { throw .missing(missing) }
        self.form = form
        orderNo = try Self.identifier("order_no", of: form)
        goodsCode = try Self.identifier("goods_code", of: form)
    }

    func arrival(body: [UInt8]) -> Arrival {
        Arrival(
            type: "goods.issue", orderNo: orderNo, goodsCode: goodsCode, body: body, fingerprint: fingerprint(),
            warning: warning())
    }

    private static func identifier(_ name: String, of form: FormBody) throws(Refusal) -> String {
        let value = form[name] ?? []
        guard value.count <= maximumIdentifierBytes else {
            throw .tooLong(name, limit: maximumIdentifierBytes)
        }
        let text = String(decoding: value, as: UTF8.self)
        guard !text.unicodeScalars.contains(where: { $0.value < 0x20 || 0x7F...0x9F ~= $0.value }) else {
            throw .controlCharacter(in: name)
        }
        return text
    }

    /// Over everything that makes a repeat the same call. Lengths are hashed too, so that no two sets of parameters look
    /// alike. What is empty stays out: it is not signed either, so anybody on the way could add it.
    private func fingerprint() -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(form.bytes.count + 8 * form.parameters.count)
        for parameter in form.sortedParameters where !parameter.value.isEmpty {
            let name = form.bytes[parameter.name]
            if Self.differsBetweenRepeats(name) { continue }
            Self.appendWithLength(name, to: &text)
            Self.appendWithLength(form.bytes[parameter.value], to: &text)
        }
        return Array(SHA256.hash(data: text))
    }

    private static func appendWithLength(_ bytes: ArraySlice<UInt8>, to text: inout [UInt8]) {
        let length = UInt32(bytes.count)
        for shift in [24, 16, 8, 0] as [UInt32] {
            text.append(UInt8(truncatingIfNeeded: length >> shift))
        }
        text.append(contentsOf: bytes)
    }

    private static func differsBetweenRepeats(_ name: ArraySlice<UInt8>) -> Bool {
        name.elementsEqual("time_stamp".utf8) || name.elementsEqual("sign".utf8)
            || name.elementsEqual("nonce_str".utf8)
    }

    private func warning() -> String? {
        guard let contacts = form["contacts"], !contacts.isEmpty, Self.list(contacts) == nil else { return nil }
        return "contacts is not a JSON array; it is passed on as the text it is"
    }
}

extension GoodsIssue {
    /// All parameters in the order in which they came, but those that only carry the call: `app_key`, `time_stamp`,
    /// `nonce_str`, `sign`. `contacts` is real JSON where it is the array that it should be.
    static func businessFields(of form: FormBody) -> JSON {
        let members = form.parameters.compactMap { parameter -> JSON.Member? in
            let name = form.text(parameter.name)
            switch name {
            case "app_key", "time_stamp", "nonce_str", "sign": return nil
            case "contacts":
                let value = list(form.bytes[parameter.value]) ?? .string(form.text(parameter.value))
                return JSON.Member(name: name, value: value)
            default:
                return JSON.Member(name: name, value: .string(form.text(parameter.value)))
            }
        }
        return .object(members)
    }

    private static func list(_ text: ArraySlice<UInt8>) -> JSON? {
        guard let json = try? JSON(parsing: text), case .array = json else { return nil }
        return json
    }
}
