import Logging
import OutboundHTTP
import Outbox
import Platforms
import RelayCore

/// The links of the gateway that is configured, kept in the database. What is logged is who asked for which shop, and
/// never a link.
struct VoucherAuthorizations: ShopAuthorizations {
    let store: ShopAuthorizationStore
    let directory: @Sendable () -> Directory
    let outside: Outside
    let logger: Logger

    func request(
        _ shop: ShopID, merchant: String?, by requester: String
    ) async throws(ShopAuthorizationError) -> ShopAuthorization {
        let metadata: Logger.Metadata = ["shop": "\(shop)", "by": "\(requester)"]
        do {
            let directory = directory()
            guard let baseURL = directory.voucherBaseURL else { throw ShopAuthorizationError.notConfigured }
            if let merchant { try await require(merchant) }
            let link = try await ask(baseURL, directory.allowedPrivateNetworks, for: shop)
            let authorization = try await storing {
                try await store.keep(link, for: shop, merchant: merchant, by: requester)
            }
            logger.notice("a shop's authorization link was asked for", metadata: metadata)
            return authorization
        } catch {
            let failure = error as? ShopAuthorizationError ?? .store(cause: error)
            logger.warning(
                "a shop's authorization link was asked for in vain",
                metadata: metadata.merging(["error": "\(failure)"]) { $1 })
            throw failure
        }
    }

    func kept(_ shop: ShopID) async throws(ShopAuthorizationError) -> ShopAuthorization? {
        try await storing { try await store.kept(for: shop) }
    }

    func forget(_ shop: ShopID, by requester: String) async throws(ShopAuthorizationError) -> Bool {
        let wasKept = try await storing { try await store.forget(shop, by: requester) }
        if wasKept {
            logger.notice(
                "a shop's authorization link is forgotten", metadata: ["shop": "\(shop)", "by": "\(requester)"])
        }
        return wasKept
    }

    /// Before the gateway is asked: a link that then cannot be kept would be lost.
    private func require(_ merchant: String) async throws(ShopAuthorizationError) {
        guard try await storing({ try await store.hasMerchant(named: merchant) }) else {
            throw .unknownMerchant(merchant)
        }
    }

    private func ask(
        _ baseURL: String, _ networks: [String], for shop: ShopID
    ) async throws(ShopAuthorizationError) -> Secret {
        // What is no network allows nothing; the courier says so.
        let policy = AddressPolicy(networks: networks) { _, _ in }
        do throws(VoucherError) {
            return try await VoucherClient(baseURL: baseURL, policy: policy, outside: outside).link(for: shop)
        } catch {
            throw .gateway(error.fault, code: error.code, cause: error)
        }
    }

    private func storing<Value: Sendable>(
        _ body: () async throws -> Value
    ) async throws(ShopAuthorizationError) -> Value {
        do {
            return try await body()
        } catch {
            throw .store(cause: error)
        }
    }
}
