import OutboundHTTP
import RelayCore

/// Reads the gateway's answer to `getScopeUrl`, strictly.
enum VoucherAnswer {
    private static let longestLink = 4_096

    /// An error's code counts whatever the status is; a link only comes with 200.
    static func link(in answer: HTTPAnswer) throws(VoucherError) -> Secret {
        let json: JSON
        do {
            json = try JSON(parsing: answer.body)
        } catch {
            guard answer.status == 200 else { throw .status(answer.status) }
            throw answer.isBodyTruncated ? .tooLarge : .notJSON(error)
        }
        switch json["code"]?.intValue {
        case 40_001: throw .parameterMissing
        case 40_002: throw .unknownShop
        case 40_003: throw .notPermitted
        case 50_001: throw .gatewayFailed
        case 200:
            guard answer.status == 200 else { throw .status(answer.status) }
            return try link(in: json)
        case let code:
            guard answer.status == 200 else { throw .status(answer.status) }
            throw code.map { .unknownCode($0) } ?? .noCode
        }
    }

    private static func link(in json: JSON) throws(VoucherError) -> Secret {
        guard let link = json["data"]?["authUrl"]?.stringValue, !link.isEmpty else { throw .noLink }
        let start = "https://"
        guard link.hasPrefix(start), (start.utf8.count + 1...longestLink).contains(link.utf8.count),
            link.utf8.allSatisfy({ 0x21...0x7E ~= $0 })
        else { throw .linkNotHTTPS }
        return Secret(link)
    }
}
