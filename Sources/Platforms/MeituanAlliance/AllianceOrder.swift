package import RelayCore

/// An order as Meituan Alliance tells of it, by a push or in the list that is asked for.
///
/// The order in a status is one event. It may become known in two ways, in different words: by a push, whose dedupe key is
/// the status and a digest of the content, or by the list, whose key is the status and `reconcile`. What comes one way is
/// known already if the order has an event of the same status that came the other way.
package struct AllianceOrder {
    static let documentedFields: Set<String> = [
        "orderid", "type", "status", "smstitle", "dealid", "quantity", "total", "direct", "ratio", "paytime",
        "ordertime",
        "modtime", "uid", "sid",
    ]
    /// What is signed has nothing between names and values: a call could be cut up anew, under the same signature, so that a
    /// parameter becomes part of the value before it. These names are long enough to stand in no other text by chance.
    private static let namesToMiss = ["smstitle", "dealid", "quantity", "paytime", "ordertime", "modtime"]
    private static let numbers = [
        "type", "status", "quantity", "total", "direct", "ratio", "paytime", "ordertime", "modtime",
    ]

    private let parameters: FormBody
    private let orderID: String
    private let status: String

    /// Throws what is wrong with it. Of a push, the signature was verified before.
    package init(_ parameters: FormBody) throws(Refusal) {
        let missing = parameters.missing(of: ["orderid", "status"])
        guard missing.isEmpty else { throw .missing(missing) }
        self.parameters = parameters
        orderID = try parameters.identifier("orderid")
        status = try parameters.identifier("status")
        for name in Self.numbers {
            guard Self.isNumber(parameters[name] ?? []) else { throw .notANumber(name) }
        }
        guard status.utf8.count <= 4, !status.contains(".") else { throw .outOfRange("status") }
        try refuseCutUpAnew()
    }

    /// An event of a push.
    func pushed(body: [UInt8]) -> Arrival {
        let fingerprint = fingerprint()
        return arrival(
            dedupeKey: "\(status)/\(Hexadecimal.lowerCase(fingerprint))", knownPrefix: "\(status)/reconcile",
            body: body,
            fingerprint)
    }

    /// An event of an order that was found in the list. Merchants see by `source` that nobody pushed it.
    package func found() -> Arrival {
        let pairs = parameters.pairs.filter { !$0.name.hasBytes(of: "source") } + [(name: "source", value: "reconcile")]
        return arrival(
            dedupeKey: "\(status)/reconcile", knownPrefix: "\(status)/", body: FormBody.encode(pairs), fingerprint())
    }

    private func arrival(dedupeKey: String, knownPrefix: String, body: [UInt8], _ fingerprint: [UInt8]) -> Arrival {
        Arrival(
            type: type, orderNo: orderID, dedupeKey: dedupeKey, knownPrefix: knownPrefix, isOrdered: true,
            goodsCode: parameters.text(parameters["dealid"] ?? []), body: body, fingerprint: fingerprint)
    }

    private var type: String {
        switch status {
        case "1": "order.paid"
        case "8": "order.completed"
        case "9": "order.refunded"
        default: "order.changed"
        }
    }

    private func fingerprint() -> [UInt8] {
        parameters.fingerprint { !parameters.isText("sign", at: $0.name) }
    }

    private static func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
        text.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || $0 == UInt8(ascii: ".") }
    }

    private func refuseCutUpAnew() throws(Refusal) {
        let text = AllianceSignature.signedBytes(of: parameters, secret: Secret(""))
        for name in Self.namesToMiss where parameters[name] == nil && text.firstRange(of: Array(name.utf8)) != nil {
            throw Refusal(
                .malformed, message: "参数 \(name) 不完整", detail: "\(name) is part of another parameter's text")
        }
    }
}
