import OutboundHTTP
import RelayCore

/// The answer to a request for an access token.
struct ReceivedToken: Hashable, Sendable {
    /// Longer than any that the platform gives out.
    private static let maximumLength = 2048

    let secret: Secret
    let expiresAtUnixMilliseconds: Int64

    init(_ answer: HTTPAnswer) throws(TokenFailure) {
        if answer.isBodyTruncated { throw .cutOff }
        let json: JSON
        do {
            json = try JSON(parsing: answer.body)
        } catch {
            guard 200..<300 ~= answer.status else { throw .httpStatus(answer.status) }
            throw answer.isHTML ? .html : .notJSON(error)
        }
        // A refusal says why, whatever its status is.
        if json["success"] == false {
            throw .refused(code: json["code"].flatMap(\.codeText), message: json["message"]?.stringValue)
        }
        guard 200..<300 ~= answer.status else { throw .httpStatus(answer.status) }
        guard json["success"] == true else { throw .missing("success") }
        guard let code = json["code"]?.intValue else { throw .missing("code") }
        guard code == 200 else { throw .refused(code: "\(code)", message: json["message"]?.stringValue) }
        guard let data = json["data"], data.members != nil else { throw .missing("data") }
        guard let token = data["access_token"]?.stringValue else { throw .missing("access_token") }
        guard (1...Self.maximumLength).contains(token.utf8.count), token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
        else { throw .unusableToken }
        guard let expires = data["expires"]?.intValue else { throw .missing("expires") }
        secret = Secret(token)
        expiresAtUnixMilliseconds = Int64(expires)
    }
}

extension HTTPAnswer {
    var isHTML: Bool {
        value(of: "Content-Type")?.lowercased().contains("html") ?? false
            || body.first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "<")
    }
}

extension JSON {
    /// A code as the platform writes it: a number or a short word.
    var codeText: String? {
        if let number = intValue { return "\(number)" }
        guard let text = stringValue, (1...40).contains(text.utf8.count) else { return nil }
        return text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f } ? text : nil
    }
}
