/// The link by which a merchant lets the relay's operator verify a shop's vouchers.
package struct ShopAuthorization: Hashable, Sendable {
    package let shop: ShopID
    package let merchant: String?
    package let link: Secret
    package let requestedBy: String
    package let requestedAt: Timestamp

    package init(shop: ShopID, merchant: String?, link: Secret, requestedBy: String, requestedAt: Timestamp) {
        self.shop = shop
        self.merchant = merchant
        self.link = link
        self.requestedBy = requestedBy
        self.requestedAt = requestedAt
    }
}

extension ShopAuthorization {
    /// With the link in it: for whoever asked for it, and for no log.
    package var revealed: JSON {
        var members: [JSON.Member] = [
            .init(name: "shop_id", value: .string("\(shop)")), .init(name: "auth_url", value: .string(link.reveal())),
            .init(name: "requested_at", value: .string("\(requestedAt)")),
            .init(name: "requested_by", value: .string(requestedBy)),
        ]
        if let merchant { members.append(.init(name: "merchant", value: .string(merchant))) }
        return .object(members)
    }
}

/// Gets and keeps such links, one for each shop, until they are used or replaced.
package protocol ShopAuthorizations: Sendable {
    /// Asks for a new link, which replaces the one that is kept. Takes up to a quarter of a minute.
    ///
    /// - Parameter requester: for the records: a person, or an address.
    func request(
        _ shop: ShopID, merchant: String?, by requester: String
    ) async throws(ShopAuthorizationError) -> ShopAuthorization

    func kept(_ shop: ShopID) async throws(ShopAuthorizationError) -> ShopAuthorization?

    /// Returns whether there was one to forget.
    func forget(_ shop: ShopID, by requester: String) async throws(ShopAuthorizationError) -> Bool
}

/// Why there is no link. Holds nothing of one.
package enum ShopAuthorizationError: Error {
    /// What the gateway's answer, or that there is none, means for whoever asked.
    package enum Fault: Hashable, Sendable {
        /// The same question will never be answered otherwise.
        case wrongQuestion
        case notPermitted
        case away
        /// An answer that is not what the gateway's contract says.
        case brokenAnswer
    }

    /// `relay.yaml` names no gateway.
    case notConfigured
    case unknownMerchant(String)
    /// - `code`: the gateway's own, where it gave one.
    case gateway(Fault, code: Int?, cause: any Error)
    /// The link cannot be kept, or read again.
    case store(cause: any Error)
}

extension ShopAuthorizationError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notConfigured:
            "no voucher gateway is configured: add meituan_voucher: {base_url: …} to relay.yaml and apply it"
        case .unknownMerchant(let name): "there is no merchant \(name)"
        case .gateway(_, _, let cause): "\(cause)"
        case .store(let cause): "\(cause)"
        }
    }
}
