import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import RelayCore

/// Gives operators the links by which shops authorize the verification of their vouchers.
struct AuthorizationDesk: Sendable {
    private static let retryAfterSeconds = 30
    private static let maximumBodyBytes = 4 * 1024

    let authorizations: any ShopAuthorizations

    var route: AdminRoute {
        AdminRoute(
            "/meituan/shops/{shopId}/authorization",
            [
                .get: { await answer($0, kept) },
                .post: { await answer($0, request) },
                .delete: { await answer($0, forget) },
            ])
    }

    private typealias Deed = @Sendable (ShopID, AdminCall) async throws(ShopAuthorizationError) -> Response

    private func answer(_ call: AdminCall, _ deed: Deed) async -> Response {
        var response = await judged(call, deed)
        // The link is a secret until it is opened.
        response.headers[.cacheControl] = "no-store"
        return response
    }

    private func judged(_ call: AdminCall, _ deed: Deed) async -> Response {
        // Browsers tell where a script comes from; no page may make an operator's browser ask.
        guard call.request.headers[.origin] == nil else {
            return Self.failure("not for web pages: the request has an Origin", status: .forbidden)
        }
        guard let shop = call.parts.first.flatMap({ ShopID($0) }) else {
            return Self.failure("a shop's id is 1 to 64 letters, digits, - and _", status: .badRequest)
        }
        do throws(ShopAuthorizationError) {
            return try await deed(shop, call)
        } catch {
            return Self.failure(error)
        }
    }

    private func request(_ shop: ShopID, _ call: AdminCall) async throws(ShopAuthorizationError) -> Response {
        let merchant: String?
        do throws(BadAuthorizationRequest) {
            merchant = try await Self.merchant(of: call.request)
        } catch {
            return Self.failure(error.reason, status: .badRequest)
        }
        let authorization = try await authorizations.request(shop, merchant: merchant, by: Self.requester(call))
        return Response(json: authorization.revealed, status: .ok)
    }

    private func kept(_ shop: ShopID, _ call: AdminCall) async throws(ShopAuthorizationError) -> Response {
        guard let authorization = try await authorizations.kept(shop) else {
            return Self.failure("no link is kept for shop \(shop): POST asks for one", status: .notFound)
        }
        return Response(json: authorization.revealed, status: .ok)
    }

    private func forget(_ shop: ShopID, _ call: AdminCall) async throws(ShopAuthorizationError) -> Response {
        _ = try await authorizations.forget(shop, by: Self.requester(call))
        return Response(status: .noContent)
    }

    private static func requester(_ call: AdminCall) -> String {
        call.remoteAddress?.ipAddress ?? "an unknown address"
    }

    /// From the query, or else from a JSON body; nil where neither names one.
    private static func merchant(of request: Request) async throws(BadAuthorizationRequest) -> String? {
        if let named = request.uri.queryParameters.get("merchant") { return named }
        let body: [UInt8]
        do {
            body = Array(try await request.body.collect(upTo: maximumBodyBytes).readableBytesView)
        } catch {
            throw BadAuthorizationRequest(reason: "the body is larger than \(maximumBodyBytes) bytes, or broke off")
        }
        guard !body.isEmpty else { return nil }
        let json: JSON
        do {
            json = try JSON(parsing: body)
        } catch {
            throw BadAuthorizationRequest(reason: "the body is \(error)")
        }
        guard json.members != nil else { throw BadAuthorizationRequest(reason: "the body is no JSON object") }
        switch json["merchant"] {
        case nil, .null: return nil
        case .string(let name): return name
        case .bool, .number, .array, .object: throw BadAuthorizationRequest(reason: "merchant is not a text")
        }
    }

    private static func failure(_ error: ShopAuthorizationError) -> Response {
        switch error {
        case .notConfigured: failure("\(error)", status: .conflict)
        case .unknownMerchant: failure("\(error)", status: .unprocessableContent)
        case .store: failure("\(error)", status: .serviceUnavailable, retries: true)
        case .gateway(let fault, let code, _):
            switch fault {
            case .wrongQuestion: failure("\(error)", code, status: .unprocessableContent)
            case .notPermitted: failure("\(error)", code, status: .forbidden)
            case .away: failure("\(error)", code, status: .serviceUnavailable, retries: true)
            case .brokenAnswer: failure("\(error)", code, status: .badGateway)
            }
        }
    }

    private static func failure(
        _ message: String, _ code: Int? = nil, status: HTTPResponse.Status, retries: Bool = false
    ) -> Response {
        Response(
            json: ["error": .string(message), "code": code.map { JSON($0) } ?? .null], status: status,
            headers: retries ? [.retryAfter: "\(retryAfterSeconds)"] : [:])
    }
}

private struct BadAuthorizationRequest: Error {
    let reason: String
}
